package reference

import "math"

// Rule is an optimiser with PyTorch's update. In all of them g is the gradient times scale, which is the factor of
// [ClipScale], plus the weight decay λ w, unless the rule says otherwise.
type Rule interface {
	Step(parameters []Parameter, scale float64)
}

// SGD is the gradient step, with momentum when μ is not 0:
//
//	b ← g at the first step, b ← μ b + (1-τ) g after it
//	w ← w - α b, or with Nesterov's look ahead w ← w - α (g + μ b)
//
// PyTorch's defaults: α = 1e-3, μ = τ = λ = 0; τ is the dampening.
//
// B. T. Polyak (1964); Y. Nesterov (1983), in the form of I. Sutskever et al., ICML (2013).
type SGD struct {
	LearningRate, Momentum, Dampening, WeightDecay float64
	Nesterov                                       bool
	b                                              [][]float64
}

// NewSGD, NewMomentum and NewNesterov have PyTorch's defaults, with μ = 0.9 for the latter two, which PyTorch leaves
// to the caller.
func NewSGD() *SGD      { return &SGD{LearningRate: 1e-3} }
func NewMomentum() *SGD { return &SGD{LearningRate: 1e-3, Momentum: 0.9} }
func NewNesterov() *SGD { return &SGD{LearningRate: 1e-3, Momentum: 0.9, Nesterov: true} }

// Step implements [Rule].
func (s *SGD) Step(parameters []Parameter, scale float64) {
	first := s.b == nil
	s.b = statesFor(s.b, parameters)
	for k, p := range parameters {
		for i := range p.Value {
			g := scale*p.Gradient[i] + s.WeightDecay*p.Value[i]
			b := s.Momentum*s.b[k][i] + (1-s.Dampening)*g
			if first {
				b = g
			}
			s.b[k][i] = b
			switch {
			case s.Momentum == 0:
				b = g
			case s.Nesterov:
				b = g + s.Momentum*b
			}
			p.Value[i] -= s.LearningRate * b
		}
	}
}

// RMSProp divides by a running root mean square of the gradient:
//
//	v ← ρ v + (1-ρ) g²    d = g / (√v + ε)    w ← w - α d, or with momentum b ← μ b + d, w ← w - α b
//
// PyTorch's defaults: α = 1e-2, ρ = 0.99, ε = 1e-8, μ = λ = 0.
//
// T. Tieleman, G. Hinton, Neural networks for machine learning, lecture 6.5 (2012).
type RMSProp struct {
	LearningRate, Alpha, Epsilon, Momentum, WeightDecay float64
	v, b                                                [][]float64
}

// NewRMSProp has PyTorch's defaults.
func NewRMSProp() *RMSProp { return &RMSProp{LearningRate: 1e-2, Alpha: 0.99, Epsilon: 1e-8} }

// Step implements [Rule].
func (r *RMSProp) Step(parameters []Parameter, scale float64) {
	r.v, r.b = statesFor(r.v, parameters), statesFor(r.b, parameters)
	for k, p := range parameters {
		for i := range p.Value {
			g := scale*p.Gradient[i] + r.WeightDecay*p.Value[i]
			r.v[k][i] = r.Alpha*r.v[k][i] + (1-r.Alpha)*g*g
			r.b[k][i] = r.Momentum*r.b[k][i] + g/(math.Sqrt(r.v[k][i])+r.Epsilon)
			p.Value[i] -= r.LearningRate * r.b[k][i]
		}
	}
}

// Adagrad divides by the root of all squares so far: s ← s + g², w ← w - α g / (√s + ε).
//
// PyTorch's defaults: α = 1e-2, ε = 1e-10, λ = 0.
//
// J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011).
type Adagrad struct {
	LearningRate, Epsilon, WeightDecay float64
	s                                  [][]float64
}

// NewAdagrad has PyTorch's defaults.
func NewAdagrad() *Adagrad { return &Adagrad{LearningRate: 1e-2, Epsilon: 1e-10} }

// Step implements [Rule].
func (a *Adagrad) Step(parameters []Parameter, scale float64) {
	a.s = statesFor(a.s, parameters)
	for k, p := range parameters {
		for i := range p.Value {
			g := scale*p.Gradient[i] + a.WeightDecay*p.Value[i]
			a.s[k][i] += g * g
			p.Value[i] -= a.LearningRate * g / (math.Sqrt(a.s[k][i]) + a.Epsilon)
		}
	}
}

// Adam keeps running means of the gradient and of its square, both freed of their start at 0:
//
//	m ← β1 m + (1-β1) g      v ← β2 v + (1-β2) g²
//	w ← w - α/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
//
// Decoupled, it is AdamW: λ is left out of g, and w ← w (1 - α λ) comes before the update.
//
// PyTorch's defaults: α = 1e-3, β1 = 0.9, β2 = 0.999, ε = 1e-8, λ = 0, for AdamW λ = 1e-2.
//
// D. P. Kingma, J. Ba, Adam: a method for stochastic optimization (2015); I. Loshchilov, F. Hutter, Decoupled weight
// decay regularization (2019).
type Adam struct {
	LearningRate, Beta1, Beta2, Epsilon, WeightDecay float64
	Decoupled                                        bool
	m, v                                             [][]float64
	t                                                int
}

// NewAdam and NewAdamW have PyTorch's defaults.
func NewAdam() *Adam { return &Adam{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} }
func NewAdamW() *Adam {
	a := NewAdam()
	a.WeightDecay, a.Decoupled = 1e-2, true
	return a
}

// Step implements [Rule].
func (a *Adam) Step(parameters []Parameter, scale float64) {
	a.m, a.v = statesFor(a.m, parameters), statesFor(a.v, parameters)
	a.t++
	bias1, bias2 := 1-math.Pow(a.Beta1, float64(a.t)), 1-math.Pow(a.Beta2, float64(a.t))
	for k, p := range parameters {
		for i := range p.Value {
			g := scale * p.Gradient[i]
			if a.Decoupled {
				p.Value[i] *= 1 - a.LearningRate*a.WeightDecay
			} else {
				g += a.WeightDecay * p.Value[i]
			}
			a.m[k][i] = a.Beta1*a.m[k][i] + (1-a.Beta1)*g
			a.v[k][i] = a.Beta2*a.v[k][i] + (1-a.Beta2)*g*g
			p.Value[i] -= a.LearningRate / bias1 * a.m[k][i] / (math.Sqrt(a.v[k][i])/math.Sqrt(bias2) + a.Epsilon)
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

// ClipValues brings every element of the gradients into [-limit, limit], as torch.nn.utils.clip_grad_value_ does.
func ClipValues(parameters []Parameter, limit float64) {
	for _, p := range parameters {
		for i, g := range p.Gradient {
			p.Gradient[i] = math.Max(-limit, math.Min(limit, g))
		}
	}
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
