package optim

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// sgd, momentum and nesterov are torch.optim.SGD:
//
//	g ← g + λ w      b ← μ b + g, at the first step b ← g
//	w ← w - α g      with momentum  w ← w - α b      with Nesterov's look ahead  w ← w - α (g + μ b)
//
// B. T. Polyak (1964); Y. Nesterov (1983), in the form of I. Sutskever et al., On the importance of initialization and
// momentum in deep learning, ICML 2013.
var (
	sgd      = descent("sgd", 0, false)
	momentum = descent("momentum", 0.9, false)
	nesterov = descent("nesterov", 0.9, true)
)

func descent(name string, mu float64, lookAhead bool) rule {
	r := rule{
		defaults: Options{Name: name, LearningRate: 1e-3, Momentum: mu},
		fields:   []string{"weightDecay"},
		apply: func(w, g []float32, moments []tensor.Arena, step int, scale float64, o Options) {
			var buf []float32
			if len(moments) > 0 {
				buf = moments[0].Data
			}
			kernel.SGD(w, g, buf, kernel.SGDStep{
				LearningRate: o.LearningRate, Momentum: o.Momentum, GradScale: scale, WeightDecay: o.WeightDecay,
				Nesterov: lookAhead, First: step == 1,
			})
		},
		largest: func(o Options, gradient, velocity float64) (change, next float64) {
			next = o.Momentum*velocity + gradient
			change = next
			if lookAhead {
				change += gradient
			}
			return o.LearningRate * change, next
		},
	}
	if mu > 0 {
		r.moments, r.fields = []string{"momentum_buffer"}, append(r.fields, "momentum")
	}
	return r
}
