package optim

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// rmsprop is torch.optim.RMSprop:
//
//	g ← g + λ w      v ← ρ v + (1-ρ) g²      d = g / (√v + ε)
//	w ← w - α d      with momentum  b ← μ b + d,  w ← w - α b
//
// T. Tieleman, G. Hinton, Neural networks for machine learning, lecture 6.5 (2012).
var rmsprop = rule{
	defaults: Options{Name: "rmsprop", LearningRate: 1e-2, Alpha: 0.99, Epsilon: 1e-8},
	fields:   []string{"weightDecay", "epsilon", "alpha", "momentum"},
	moments:  []string{"square_avg", "momentum_buffer"},
	apply: func(w, g []float32, moments []tensor.Arena, _ int, scale float64, o Options) {
		kernel.RMSProp(w, g, moments[0].Data, moments[1].Data, kernel.RMSPropStep{
			LearningRate: o.LearningRate, Alpha: o.Alpha, Epsilon: o.Epsilon, Momentum: o.Momentum,
			GradScale: scale, WeightDecay: o.WeightDecay,
		})
	},
	largest: func(o Options, gradient, velocity float64) (change, next float64) { // |g| ≤ √(v/(1-ρ))
		next = o.Momentum*velocity + squareable(gradient)/math.Sqrt(1-o.Alpha)
		return o.LearningRate * next, next
	},
}
