package reference

import "math"

// Adam is the rule of D. P. Kingma, J. Ba, Adam: a method for stochastic optimization (2015), as PyTorch
// writes it:
//
//	m ← β1 m + (1-β1) g      v ← β2 v + (1-β2) g²
//	w ← w - α/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
type Adam struct {
	LearningRate, Beta1, Beta2, Epsilon float64
	m, v                                [][]float64
	t                                   int
}

// Step updates every parameter from its gradient times scale.
func (a *Adam) Step(parameters []Parameter, scale float64) {
	a.m, a.v = statesFor(a.m, parameters), statesFor(a.v, parameters)
	a.t++
	bias1, bias2 := 1-math.Pow(a.Beta1, float64(a.t)), 1-math.Pow(a.Beta2, float64(a.t))
	for k, p := range parameters {
		for i := range p.Value {
			g := scale * p.Gradient[i]
			a.m[k][i] = a.Beta1*a.m[k][i] + (1-a.Beta1)*g
			a.v[k][i] = a.Beta2*a.v[k][i] + (1-a.Beta2)*g*g
			p.Value[i] -= a.LearningRate / bias1 * a.m[k][i] / (math.Sqrt(a.v[k][i])/math.Sqrt(bias2) + a.Epsilon)
		}
	}
}

// Adagrad is the rule of J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011): s ← s + g², w ← w - α g / (√s + ε).
type Adagrad struct {
	LearningRate, Epsilon float64
	s                     [][]float64
}

// Step updates every parameter from its gradient times scale.
func (a *Adagrad) Step(parameters []Parameter, scale float64) {
	a.s = statesFor(a.s, parameters)
	for k, p := range parameters {
		for i := range p.Value {
			g := scale * p.Gradient[i]
			a.s[k][i] += g * g
			p.Value[i] -= a.LearningRate * g / (math.Sqrt(a.s[k][i]) + a.Epsilon)
		}
	}
}

// GradientNorm is the L2 norm over every parameter's gradient.
func GradientNorm(parameters []Parameter) float64 {
	var squares float64
	for _, p := range parameters {
		for _, g := range p.Gradient {
			squares += g * g
		}
	}
	return math.Sqrt(squares)
}

// ClipScale is the factor that brings a gradient of that norm down to clip, as torch.nn.utils.clip_grad_norm_
// computes it; clip 0 means no clipping.
func ClipScale(norm, clip float64) float64 {
	if clip == 0 {
		return 1
	}
	return math.Min(1, clip/(norm+1e-6))
}

func statesFor(states [][]float64, parameters []Parameter) [][]float64 {
	if states != nil {
		return states
	}
	for _, p := range parameters {
		states = append(states, make([]float64, len(p.Value)))
	}
	return states
}
