package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The public functions against float64 loops written here. They run on whatever bodies the build has.

// unit is the rounding error of one float32 operation.
const unit = 0x1p-24

func near(t *testing.T, want float64, got float32, tolerance float64, where string, at ...any) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= tolerance) {
		assert.Fail(t, fmt.Sprintf(where, at...), "got %g, want %g within %g", got, want, tolerance)
	}
}

// intact fails when a guard around a buffer was written.
func intact(t *testing.T, list ...*buffer) {
	t.Helper()
	for i, b := range list {
		before := len(b.whole) - 7 - len(b.data)
		for j, x := range b.whole {
			if (j < before || j >= before+len(b.data)) && math.Float32bits(x) != guard {
				assert.Fail(t, "a guard was written", "buffer %d, float %d", i, j-before)
				return
			}
		}
	}
}

// sizes are the m, n, k that products are tried with: all small n, and what passes the blocks.
func sizes() [][3]int {
	var list [][3]int
	for n := range 68 {
		list = append(list, [3]int{n % 11, n, (n * 5) % 67}, [3]int{(n * 3) % 38, (n * 7) % 68, n})
	}
	return append(list, [3]int{70, 33, 300}, [3]int{1, 130, 257}, [3]int{37, 65, 600}, [3]int{3, 20, 513})
}

func TestProduct(t *testing.T) {
	for i, size := range sizes() {
		m, n, k := size[0], size[1], size[2]
		g := newGenerator(uint64(i), false)
		lda, ldb, ldc := g.wider(k), g.wider(n), g.wider(n)
		a, b, start := g.matrix(m, k, lda), g.matrix(k, n, ldb), g.matrix(m, n, ldc)
		ldt := g.wider(k)
		transposed := g.matrix(n, k, ldt)
		for r := range k {
			for c := range n {
				transposed.data[c*ldt+r] = b.data[r*ldb+c]
			}
		}
		var panels, same Panels
		panels.Pack(b.data, k, n, ldb)
		same.PackTransposed(transposed.data, n, k, ldt)
		assert.Equal(t, panels.data, same.data, "m=%d n=%d k=%d", m, n, k)
		for _, accumulate := range []bool{false, true} {
			c := g.empty(m * ldc)
			copy(c.data, start.data)
			Product(c.data, ldc, a.data, lda, &panels, m, accumulate)
			for r := range m {
				for j := range n {
					sum, size := 0.0, 1.0
					if accumulate {
						sum = float64(start.data[r*ldc+j])
						size += math.Abs(sum)
					}
					for l := range k {
						term := float64(a.data[r*lda+l]) * float64(b.data[l*ldb+j])
						sum, size = sum+term, size+math.Abs(term)
					}
					near(t, sum, c.data[r*ldc+j], size*unit*float64(k+2), "m=%d n=%d k=%d [%d %d]", m, n, k, r, j)
				}
				for j := n; j < ldc; j++ {
					assert.Equal(t, uint32(guard), math.Float32bits(c.data[r*ldc+j]), "between rows")
				}
			}
			intact(t, a, b, c)
		}
		if t.Failed() {
			return
		}
	}
}

func TestProductTA(t *testing.T) {
	var scratch Scratch // one for all: buffers are reused
	for i, size := range sizes() {
		m, n, k := size[0], size[1], size[2]
		g := newGenerator(uint64(i), false)
		lda, ldb, ldc := g.wider(m), g.wider(n), g.wider(n)
		a, b, c := g.matrix(k, m, lda), g.matrix(k, n, ldb), g.matrix(m, n, ldc)
		start := append([]float32(nil), c.data...)
		scratch.ProductTA(c.data, ldc, a.data, lda, b.data, ldb, m, n, k)
		for r := range m {
			for j := range n {
				sum := float64(start[r*ldc+j])
				size := 1 + math.Abs(sum)
				for l := range k {
					term := float64(a.data[l*lda+r]) * float64(b.data[l*ldb+j])
					sum, size = sum+term, size+math.Abs(term)
				}
				near(t, sum, c.data[r*ldc+j], size*unit*float64(k+2), "m=%d n=%d k=%d [%d %d]", m, n, k, r, j)
			}
		}
		intact(t, a, b, c)
		if t.Failed() {
			return
		}
	}
}

func TestRows(t *testing.T) {
	for width := range 68 {
		g := newGenerator(uint64(width), false)
		rows, count := 5, 9
		ldt, ldd := g.wider(width), g.wider(width)
		table, ids := g.matrix(rows, width, ldt), g.ids(count, rows)
		dst := g.empty(count * ldd)
		GatherRows(dst.data, ldd, table.data, ldt, ids, width)
		before := append([]float32(nil), table.data...)
		src := g.matrix(count, width, ldd)
		ScatterAddRows(table.data, ldt, ids, src.data, ldd, width)
		sums := g.floats(width)
		start := append([]float32(nil), sums.data...)
		ColumnSums(sums.data, src.data, ldd, count, width)
		flat := g.floats(count * width)
		turned := g.empty(count * width)
		Transpose(turned.data, flat.data, count, width)
		row := g.floats(width)
		added := g.matrix(count, width, ldd)
		copied := append([]float32(nil), added.data...)
		AddRow(added.data, ldd, row.data, count)
		for j := range width {
			scattered := make([]float64, rows)
			sum := float64(start[j])
			for r, id := range ids {
				assert.Equal(t, before[int(id)*ldt+j], dst.data[r*ldd+j])
				assert.Equal(t, flat.data[r*width+j], turned.data[j*count+r])
				assert.Equal(t, copied[r*ldd+j]+row.data[j], added.data[r*ldd+j])
				scattered[id] += float64(src.data[r*ldd+j])
				sum += float64(src.data[r*ldd+j])
			}
			near(t, sum, sums.data[j], 1e-5, "column sum %d", j)
			for id, add := range scattered {
				near(t, float64(before[id*ldt+j])+add, table.data[id*ldt+j], 1e-5, "scattered %d %d", id, j)
			}
		}
		intact(t, dst, table, src, sums, turned, added)
	}
}

func TestLSTM(t *testing.T) {
	for hidden := range 68 {
		g := newGenerator(uint64(hidden), false)
		batch := hidden%4 + 1
		ldh := g.wider(hidden)
		gates, cPrev := g.floats(batch*4*hidden), g.floats(batch*hidden)
		c, tanhC, h := g.empty(batch*hidden), g.empty(batch*hidden), g.empty(batch*ldh)
		raw := append([]float32(nil), gates.data...)
		LSTMForward(gates.data, cPrev.data, c.data, tanhC.data, h.data, ldh, batch, hidden)
		activations := append([]float32(nil), gates.data...)
		dh, dc := g.matrix(batch, hidden, ldh), g.floats(batch*hidden)
		dcIn := append([]float32(nil), dc.data...)
		LSTMBackward(gates.data, cPrev.data, tanhC.data, dh.data, ldh, dc.data, batch, hidden)
		for b := range batch {
			for j := range hidden {
				at := func(list []float32, gate int) float64 { return float64(list[(4*b+gate)*hidden+j]) }
				i, f, o := exactSigmoid(at(raw, 0)), exactSigmoid(at(raw, 1)), exactSigmoid(at(raw, 3))
				gg := math.Tanh(at(raw, 2))
				previous := float64(cPrev.data[b*hidden+j])
				state := f*previous + i*gg
				near(t, state, c.data[b*hidden+j], 1e-6*(1+math.Abs(previous)), "c")
				near(t, math.Tanh(state), tanhC.data[b*hidden+j], 1e-6*(1+math.Abs(previous)), "tanh c")
				near(t, o*math.Tanh(state), h.data[b*ldh+j], 1e-6*(1+math.Abs(previous)), "h")
				for gate, want := range []float64{i, f, gg, o} {
					near(t, want, float32(at(activations, gate)), 4e-7, "gate %d", gate)
				}
				squashed, dhidden := math.Tanh(state), float64(dh.data[b*ldh+j])
				dstate := float64(dcIn[b*hidden+j]) + dhidden*o*(1-squashed*squashed)
				scale := 1e-5 * (1 + math.Abs(dstate) + math.Abs(dhidden)) * (1 + math.Abs(previous))
				for gate, want := range []float64{dstate * gg * i * (1 - i), dstate * previous * f * (1 - f), dstate * i * (1 - gg*gg), dhidden * squashed * o * (1 - o)} {
					near(t, want, float32(at(gates.data, gate)), scale, "gradient of gate %d", gate)
				}
				near(t, dstate*f, dc.data[b*hidden+j], scale, "dc")
			}
		}
		intact(t, gates, cPrev, c, tanhC, h, dh, dc)
	}
}

func TestTanhBackward(t *testing.T) {
	for n := range 68 {
		g := newGenerator(uint64(n), false)
		h, dh, da := g.floats(n), g.floats(n), g.empty(n)
		TanhBackward(da.data, h.data, dh.data)
		for i, x := range da.data {
			y, d := float64(h.data[i]), float64(dh.data[i])
			near(t, d*(1-y*y), x, 4*unit*math.Abs(d)*(1+y*y), "%d of %d", i, n)
		}
		TanhBackward(dh.data, h.data, dh.data)
		assert.Equal(t, da.data, dh.data, "in place")
		intact(t, h, dh, da)
	}
}

func TestSoftmaxes(t *testing.T) {
	for n := 1; n < 68; n++ {
		g := newGenerator(uint64(n), false)
		rows := 3
		ld := g.wider(n)
		logits := g.matrix(rows, n, ld)
		probabilities := g.empty(rows * ld)
		copy(probabilities.data, logits.data)
		Softmax(probabilities.data, ld, rows, n)
		raw := append([]float32(nil), logits.data...)
		targets, weights := g.ids(rows, n), g.floats(rows)
		denominators, margins := g.empty(rows), g.empty(rows)
		SoftmaxCrossEntropy(logits.data, ld, targets, weights.data, denominators.data, margins.data, n)
		for r := range rows {
			top, sum := math.Inf(-1), 0.0
			for _, x := range raw[r*ld:][:n] {
				top = math.Max(top, float64(x))
			}
			for _, x := range raw[r*ld:][:n] {
				sum += math.Exp(float64(x) - top)
			}
			for j := range n {
				p := math.Exp(float64(raw[r*ld+j])-top) / sum
				near(t, p, probabilities.data[r*ld+j], 20*unit*p, "softmax")
				onehot := 0.0
				if j == int(targets[r]) {
					onehot = 1
				}
				weight := float64(weights.data[r])
				near(t, (p-onehot)*weight, logits.data[r*ld+j], 20*unit*math.Abs(weight)*(p+onehot), "gradient")
			}
			loss := math.Log(float64(denominators.data[r])) - float64(margins.data[r])
			near(t, math.Log(sum)-(float64(raw[r*ld+int(targets[r])])-top), float32(loss), 2e-6*(1+math.Abs(loss)), "loss")
		}
		intact(t, logits, probabilities, denominators, margins)
	}
}

func TestOptimisers(t *testing.T) {
	adam := AdamStep{LearningRate: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, GradScale: 0.5, WeightDecay: 0.1, Bias1: 0.271, Bias2: 0.002997001}
	adagrad := AdagradStep{LearningRate: 0.1, Epsilon: 1e-10, GradScale: 0.5, WeightDecay: 0.1}
	for n := range 68 {
		g := newGenerator(uint64(n), false)
		w, gradient, m, v := g.floats(n), g.floats(n), g.floats(n), g.positive(n)
		w0, m0, v0 := append([]float32(nil), w.data...), append([]float32(nil), m.data...), append([]float32(nil), v.data...)
		squares := SumSquares(gradient.data)
		Adam(w.data, gradient.data, m.data, v.data, adam)
		w2, sums := g.empty(n), g.empty(n)
		copy(w2.data, w0)
		copy(sums.data, v0)
		Adagrad(w2.data, gradient.data, sums.data, adagrad)
		var total float64
		for i := range n {
			d := float64(gradient.data[i])
			total += d * d
			d = d*0.5 + float64(adam.WeightDecay)*float64(w0[i])
			first := 0.9*float64(m0[i]) + 0.1*d
			second := 0.999*float64(v0[i]) + 0.001*d*d
			near(t, first, m.data[i], 1e-6*(1+math.Abs(d)+math.Abs(float64(m0[i]))), "m")
			near(t, second, v.data[i], 1e-6*(1+second), "v")
			step := 0.01 / 0.271 * first / (math.Sqrt(second/0.002997001) + 1e-8)
			near(t, float64(w0[i])-step, w.data[i], 1e-6*(1+math.Abs(float64(w0[i]))+math.Abs(step)), "w")
			sum := float64(v0[i]) + d*d
			near(t, sum, sums.data[i], 1e-6*(1+sum), "sum")
			near(t, float64(w0[i])-0.1*d/(math.Sqrt(sum)+1e-10), w2.data[i], 1e-6*(1+math.Abs(float64(w0[i]))), "w of adagrad")
		}
		if !(math.Abs(squares-total) <= 1e-14*total*float64(n)) {
			assert.Fail(t, "sum of squares", "got %g, want %g", squares, total)
		}
		before := append([]float32(nil), w.data...)
		Scale(w.data, 0.25)
		for i, x := range before {
			assert.Equal(t, x*0.25, w.data[i])
		}
		intact(t, w, gradient, m, v, w2, sums)
	}
}

func TestSumSquaresDoesNotOverflow(t *testing.T) {
	assert.InEpsilon(t, 5*math.Pow(3e38, 2), SumSquares([]float32{3e38, 3e38, 3e38, 3e38, 3e38}), 1e-6)
	assert.Positive(t, SumSquares([]float32{1e-40}))
}
