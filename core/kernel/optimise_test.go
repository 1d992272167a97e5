package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// trajectory takes five steps of an optimiser on float32 and of the same rule written in float64, and holds every number of
// the weights and of the state against it. rule changes one weight and its state.
func trajectory(t *testing.T, name string, step func(w, g []float32, state [2][]float32, turn int),
	rule func(w *float64, g float64, state *[2]float64, turn int)) {
	t.Helper()
	for n := range 20 {
		g := newGenerator(uint64(n), false)
		w, state := g.floats(n), [2]*buffer{g.empty(n), g.empty(n)}
		clear(state[0].data)
		clear(state[1].data)
		weights, states := wide(w.data), make([][2]float64, n)
		for turn := range 5 {
			gradient := g.floats(n)
			step(w.data, gradient.data, [2][]float32{state[0].data, state[1].data}, turn)
			for i := range n {
				rule(&weights[i], float64(gradient.data[i]), &states[i], turn)
				near(t, weights[i], w.data[i], 1e-5*(1+math.Abs(weights[i])), "%s: weight %d of %d, step %d", name, i, n, turn)
				for s := range state {
					near(t, states[i][s], state[s].data[i], 1e-5*(1+math.Abs(states[i][s])), "%s: state %d of weight %d of %d, step %d", name, s, i, n, turn)
				}
			}
			intact(t, gradient)
		}
		intact(t, w, state[0], state[1])
	}
}

// TestSGD has a buffer of NaN before the first step, which does not read it.
func TestSGD(t *testing.T) {
	for _, c := range []struct {
		name string
		s    SGDStep
	}{
		{"plain", SGDStep{LearningRate: 0.1, GradScale: 0.5, WeightDecay: 0.1, Dampening: 0.7, Nesterov: true}},
		{"momentum", SGDStep{LearningRate: 0.1, GradScale: 0.5, Momentum: 0.9}},
		{"dampened", SGDStep{LearningRate: 0.1, GradScale: 1, Momentum: 0.9, Dampening: 0.5, WeightDecay: 0.1}},
		{"nesterov", SGDStep{LearningRate: 0.1, GradScale: 0.5, Momentum: 0.9, WeightDecay: 0.1, Nesterov: true}},
	} {
		trajectory(t, c.name, func(w, g []float32, state [2][]float32, turn int) {
			s := c.s
			s.First = turn == 0
			if s.Momentum == 0 {
				SGD(w, g, nil, s)
				return
			}
			for i := range state[0] {
				if s.First {
					state[0][i] = float32(math.NaN())
				}
			}
			SGD(w, g, state[0], s)
		}, func(w *float64, g float64, state *[2]float64, turn int) {
			g = g*c.s.GradScale + c.s.WeightDecay**w
			if c.s.Momentum == 0 {
				*w -= c.s.LearningRate * g
				return
			}
			if turn == 0 {
				state[0] = g
			} else {
				state[0] = c.s.Momentum*state[0] + (1-c.s.Dampening)*g
			}
			if c.s.Nesterov {
				*w -= c.s.LearningRate * (g + c.s.Momentum*state[0])
			} else {
				*w -= c.s.LearningRate * state[0]
			}
		})
	}
}

func TestRMSProp(t *testing.T) {
	for _, momentum := range []float64{0, 0.9} {
		s := RMSPropStep{LearningRate: 0.01, Alpha: 0.99, Epsilon: 1e-3, Momentum: momentum, GradScale: 0.5, WeightDecay: 0.1}
		trajectory(t, "rmsprop", func(w, g []float32, state [2][]float32, _ int) {
			if momentum == 0 {
				RMSProp(w, g, state[0], nil, s)
			} else {
				RMSProp(w, g, state[0], state[1], s)
			}
		}, func(w *float64, g float64, state *[2]float64, _ int) {
			g = g*s.GradScale + s.WeightDecay**w
			state[0] = s.Alpha*state[0] + (1-s.Alpha)*g*g
			d := g / (math.Sqrt(state[0]) + s.Epsilon)
			if momentum > 0 {
				state[1] = momentum*state[1] + d
				d = state[1]
			}
			*w -= s.LearningRate * d
		})
	}
}

func TestAdamW(t *testing.T) {
	s := AdamStep{LearningRate: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-3, GradScale: 0.5, DecoupledDecay: 0.3}
	bias := func(turn int) (float64, float64) {
		return 1 - math.Pow(s.Beta1, float64(turn+1)), 1 - math.Pow(s.Beta2, float64(turn+1))
	}
	trajectory(t, "adamw", func(w, g []float32, state [2][]float32, turn int) {
		s := s
		s.Bias1, s.Bias2 = bias(turn)
		Adam(w, g, state[0], state[1], s)
	}, func(w *float64, g float64, state *[2]float64, turn int) {
		*w *= 1 - s.LearningRate*s.DecoupledDecay
		g *= s.GradScale
		state[0] = s.Beta1*state[0] + (1-s.Beta1)*g
		state[1] = s.Beta2*state[1] + (1-s.Beta2)*g*g
		bias1, bias2 := bias(turn)
		*w -= s.LearningRate / bias1 * state[0] / (math.Sqrt(state[1])/math.Sqrt(bias2) + s.Epsilon)
	})
}

func TestClampValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for n := range 20 {
		g := newGenerator(uint64(n), true)
		x := g.floats(n)
		before := append([]float32(nil), x.data...)
		ClampValues(x.data, 1.5)
		for i, v := range before {
			want := v
			if v > 1.5 {
				want = 1.5
			} else if v < -1.5 {
				want = -1.5
			}
			assert.True(t, same(want, x.data[i]), "%g became %g", v, x.data[i])
		}
		intact(t, x)
	}
	x := []float32{inf, -inf, nan, 0, 3}
	ClampValues(x, inf)
	assert.Equal(t, []float32{inf, -inf}, x[:2])
	assert.True(t, x[2] != x[2])
	ClampValues(x[:2], 0)
	assert.Equal(t, float32(0), x[0])
}
