package optim

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// adam is torch.optim.Adam, adamw torch.optim.AdamW:
//
//	g ← g + λ w                                     AdamW instead: w ← w - α λ w
//	m ← β1 m + (1-β1) g      v ← β2 v + (1-β2) g²
//	w ← w - α/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
//
// D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015; I. Loshchilov, F. Hutter, Decoupled weight
// decay regularization, ICLR 2019.
var (
	adam  = moments("adam", 0)
	adamw = moments("adamw", 1e-2)
)

func moments(name string, decay float64) rule {
	return rule{
		defaults: Options{Name: name, LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: decay},
		fields:   []string{"weightDecay", "epsilon", "beta1", "beta2"},
		moments:  []string{"exp_avg", "exp_avg_sq"},
		apply: func(w, g []float32, moments []tensor.Arena, step int, scale float64, o Options) {
			s := kernel.AdamStep{
				LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon, GradScale: scale,
				Bias1: 1 - math.Pow(o.Beta1, float64(step)), Bias2: 1 - math.Pow(o.Beta2, float64(step)),
			}
			if name == "adamw" {
				s.DecoupledDecay = o.WeightDecay
			} else {
				s.WeightDecay = o.WeightDecay
			}
			kernel.Adam(w, g, moments[0].Data, moments[1].Data, s)
		},
		// With β1 < √β2, |m̂|/√v̂ stays below 1/((1-β1)√(1-β2)), the ratio after one large gradient among small ones.
		largest: func(o Options, gradient, _ float64) (change, next float64) {
			return squareable(gradient) * o.LearningRate / ((1 - o.Beta1) * math.Sqrt(1-o.Beta2)), 0
		},
	}
}
