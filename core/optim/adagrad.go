package optim

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// adagrad is torch.optim.Adagrad without decay of the rate:
//
//	g ← g + λ w      s ← s + g²      w ← w - α g / (√s + ε)
//
// J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization,
// JMLR 12 (2011).
var adagrad = rule{
	defaults: Options{Name: "adagrad", LearningRate: 1e-2, Epsilon: 1e-10},
	fields:   []string{"weightDecay", "epsilon"},
	moments:  []string{"sum"},
	apply: func(w, g []float32, moments []tensor.Arena, _ int, scale float64, o Options) {
		kernel.Adagrad(w, g, moments[0].Data, kernel.AdagradStep{
			LearningRate: float32(o.LearningRate), Epsilon: float32(o.Epsilon),
			GradScale: float32(scale), WeightDecay: float32(o.WeightDecay),
		})
	},
	largest: func(o Options, gradient, _ float64) (change, next float64) { // |g| ≤ √s
		return squareable(gradient) * o.LearningRate, 0
	},
}
