package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The gradients are held against central differences of the step as float64 computes it.

// exactGRU is one unit's step with the reset after the product: from x and u, three each, and the state before.
func exactGRU(x, u [3]float64, hPrev float64) (r, z, n, h float64) {
	r, z = exactSigmoid(x[0]+u[0]), exactSigmoid(x[1]+u[1])
	n = math.Tanh(x[2] + r*u[2])
	return r, z, n, (1-z)*n + z*hPrev
}

// difference is the derivative of f at x.
func difference(x float64, f func(float64) float64) float64 {
	const step = 1e-5
	return (f(x+step) - f(x-step)) / (2 * step)
}

// gate reads number j of a row's gate.
func gate(list []float32, b, which, j, hidden int) float64 {
	return float64(list[(3*b+which)*hidden+j])
}

func TestGRUForwardAndBackward(t *testing.T) {
	for hidden := range 68 {
		g := newGenerator(uint64(hidden), false)
		batch := hidden%4 + 1
		ldh := g.wider(hidden)
		x, recurrent, hPrev := g.floats(batch*3*hidden), g.floats(batch*3*hidden), g.floats(batch*hidden)
		recurrentN, h := g.empty(batch*hidden), g.empty(batch*ldh)
		raw := append([]float32(nil), x.data...)
		GRUForward(x.data, recurrent.data, hPrev.data, recurrentN.data, h.data, ldh, batch, hidden)
		gates := append([]float32(nil), x.data...)
		kept := append([]float32(nil), recurrentN.data...)
		dh, dhPrev := g.matrix(batch, hidden, ldh), g.floats(batch*hidden)
		before := append([]float32(nil), dhPrev.data...)
		GRUBackward(x.data, hPrev.data, recurrentN.data, dh.data, ldh, dhPrev.data, batch, hidden)
		for b := range batch {
			for j := range hidden {
				at, d := b*hidden+j, float64(dh.data[b*ldh+j])
				in, u := [3]float64{}, [3]float64{}
				for i := range in {
					in[i], u[i] = gate(raw, b, i, j, hidden), gate(recurrent.data, b, i, j, hidden)
				}
				previous := float64(hPrev.data[at])
				r, z, n, want := exactGRU(in, u, previous)
				near(t, want, h.data[b*ldh+j], 1e-6*(1+math.Abs(previous)), "h")
				for i, activation := range []float64{r, z, n} {
					near(t, activation, float32(gate(gates, b, i, j, hidden)), 1e-6, "gate %d", i)
				}
				assert.Equal(t, float32(u[2]), kept[at])

				scale := 2e-6 * (1 + math.Abs(d)) * (1 + math.Abs(previous)) * (1 + math.Abs(u[2]))
				for i := range in {
					slope := difference(in[i], func(v float64) float64 {
						moved := in
						moved[i] = v
						_, _, _, h := exactGRU(moved, u, previous)
						return d * h
					})
					near(t, slope, float32(gate(x.data, b, i, j, hidden)), scale, "gradient of x %d", i)
				}
				near(t, difference(u[2], func(v float64) float64 {
					_, _, _, h := exactGRU(in, [3]float64{u[0], u[1], v}, previous)
					return d * h
				}), recurrentN.data[at], scale, "gradient of u_n")
				near(t, float64(before[at])+difference(previous, func(v float64) float64 {
					_, _, _, h := exactGRU(in, u, v)
					return d * h
				}), dhPrev.data[at], scale+1e-6*math.Abs(float64(before[at])), "gradient of the state before")
			}
		}
		intact(t, x, recurrent, hPrev, recurrentN, h, dh, dhPrev)
		if t.Failed() {
			return
		}
	}
}

// TestGRUHalves has r·hPrev as a given input of the second half: the product between the halves is the caller's.
func TestGRUHalves(t *testing.T) {
	for hidden := range 68 {
		g := newGenerator(uint64(hidden), false)
		batch := hidden%4 + 1
		ldh := g.wider(hidden)
		x, hPrev, resetH, h := g.floats(batch*3*hidden), g.floats(batch*hidden), g.empty(batch*hidden), g.empty(batch*ldh)
		raw := append([]float32(nil), x.data...)
		GRUGates(x.data, hPrev.data, resetH.data, batch, hidden)
		for b := range batch {
			for j := range hidden {
				assert.Equal(t, gate(raw, b, 2, j, hidden), gate(x.data, b, 2, j, hidden), "the candidate is left alone")
			}
		}
		GRUOutput(x.data, hPrev.data, h.data, ldh, batch, hidden)
		gates := append([]float32(nil), x.data...)
		dh, dhPrev, dResetH := g.matrix(batch, hidden, ldh), g.floats(batch*hidden), g.floats(batch*hidden)
		before := append([]float32(nil), dhPrev.data...)
		GRUOutputBackward(x.data, hPrev.data, dh.data, ldh, dhPrev.data, batch, hidden)
		between := append([]float32(nil), dhPrev.data...)
		for b := range batch {
			for j := range hidden {
				assert.Equal(t, gate(gates, b, 0, j, hidden), gate(x.data, b, 0, j, hidden), "r stays")
			}
		}
		GRUGatesBackward(x.data, hPrev.data, dResetH.data, dhPrev.data, batch, hidden)
		for b := range batch {
			for j := range hidden {
				at, d, dReset := b*hidden+j, float64(dh.data[b*ldh+j]), float64(dResetH.data[b*hidden+j])
				ar, az, an := gate(raw, b, 0, j, hidden), gate(raw, b, 1, j, hidden), gate(raw, b, 2, j, hidden)
				previous := float64(hPrev.data[at])
				output := func(az, an, previous float64) float64 {
					z := exactSigmoid(az)
					return (1-z)*math.Tanh(an) + z*previous
				}
				tolerance := 2e-6 * (1 + math.Abs(d) + math.Abs(dReset)) * (1 + math.Abs(previous))
				for i, want := range []float64{exactSigmoid(ar), exactSigmoid(az), math.Tanh(an)} {
					near(t, want, float32(gate(gates, b, i, j, hidden)), 4e-7, "gate %d", i)
				}
				near(t, exactSigmoid(ar)*previous, resetH.data[at], tolerance, "r·h(t-1)")
				near(t, output(az, an, previous), h.data[b*ldh+j], tolerance, "h")
				for i, want := range []float64{
					difference(ar, func(v float64) float64 { return dReset * exactSigmoid(v) * previous }),
					difference(az, func(v float64) float64 { return d * output(v, an, previous) }),
					difference(an, func(v float64) float64 { return d * output(az, v, previous) }),
				} {
					near(t, want, float32(gate(x.data, b, i, j, hidden)), tolerance, "gradient of gate %d", i)
				}
				near(t, float64(before[at])+difference(previous, func(v float64) float64 { return d * output(az, an, v) }),
					between[at], tolerance+1e-6*math.Abs(float64(before[at])), "the direct gradient of the state before")
				near(t, float64(between[at])+dReset*exactSigmoid(ar), dhPrev.data[at], tolerance+1e-6*math.Abs(float64(between[at])),
					"the gradient of the state before through r·h(t-1)")
			}
		}
		intact(t, x, hPrev, resetH, h, dh, dhPrev, dResetH)
		if t.Failed() {
			return
		}
	}
}
