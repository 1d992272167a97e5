package kernel

import "math"

// SumSquares is Σ x², in float64 and in four lanes: the square of a gradient's norm. Squares of float32 are exact
// in float64 and cannot overflow.
func SumSquares(x []float32) float64 {
	if len(x) == 0 {
		return 0
	}
	return sumSquares(x, len(x))
}

// SGDStep is what one step of gradient descent depends on apart from the parameters.
type SGDStep struct {
	LearningRate float64
	Momentum     float64 // μ; 0 is plain descent, which needs no buffer
	Dampening    float64 // of what the momentum gains
	GradScale    float64 // multiplies gradients first: the clipping factor, or 1
	WeightDecay  float64 // L2: added to the gradient as WeightDecay·w
	Nesterov     bool    // look ahead along the momentum (Nesterov 1983, as Sutskever et al. 2013 write it)
	First        bool    // the first step of all: the buffer starts as g', whatever it holds
}

// SGD takes one step of gradient descent as PyTorch writes it, for each parameter w with its gradient g:
//
//	g'  = g·GradScale + WeightDecay·w
//	buf = Momentum·buf + (1-Dampening)·g'        in the first step buf = g'
//	w  -= LearningRate·buf                       with Nesterov LearningRate·(g' + Momentum·buf)
//
// Without Momentum it is w -= LearningRate·g', and buf is not used. Nothing overlaps.
func SGD(w, g, buf []float32, s SGDStep) {
	needLength("SGD", "g", len(g), len(w))
	if s.Momentum != 0 {
		needLength("SGD", "buf", len(buf), len(w))
	}
	if len(w) == 0 {
		return
	}
	rate, gradScale, decay := float32(s.LearningRate), float32(s.GradScale), float32(s.WeightDecay)
	if s.Momentum == 0 {
		sgd(w, g, len(w), rate, gradScale, decay)
		return
	}
	gain := float32(1 - s.Dampening)
	if s.First {
		clear(buf)
		gain = 1
	}
	if s.Nesterov {
		sgdNesterov(w, g, buf, len(w), rate, float32(s.Momentum), gain, gradScale, decay)
	} else {
		sgdMomentum(w, g, buf, len(w), rate, float32(s.Momentum), gain, gradScale, decay)
	}
}

// RMSPropStep is what one step of RMSProp depends on apart from the parameters.
type RMSPropStep struct {
	LearningRate, Alpha, Epsilon float64
	Momentum                     float64 // 0 needs no buffer
	GradScale                    float64 // multiplies gradients first: the clipping factor, or 1
	WeightDecay                  float64 // L2: added to the gradient as WeightDecay·w
}

// RMSProp takes one step of RMSProp (Hinton 2012) as PyTorch writes it, for each parameter w with its gradient g:
//
//	g'  = g·GradScale + WeightDecay·w
//	v   = α·v + (1-α)·g'·g'
//	buf = Momentum·buf + g' / (√v + ε)
//	w  -= LearningRate·buf
//
// v and buf start as zeros. Without Momentum it is w -= LearningRate·(g' / (√v + ε)), and buf is not used. Nothing overlaps.
func RMSProp(w, g, v, buf []float32, s RMSPropStep) {
	needLength("RMSProp", "g", len(g), len(w))
	needLength("RMSProp", "v", len(v), len(w))
	if s.Momentum != 0 {
		needLength("RMSProp", "buf", len(buf), len(w))
	}
	if len(w) == 0 {
		return
	}
	rate, gradScale, decay := float32(s.LearningRate), float32(s.GradScale), float32(s.WeightDecay)
	alpha, rest, epsilon := float32(s.Alpha), float32(1-s.Alpha), float32(s.Epsilon)
	if s.Momentum == 0 {
		rmsprop(w, g, v, len(w), rate, alpha, rest, epsilon, gradScale, decay)
	} else {
		rmspropMomentum(w, g, v, buf, len(w), rate, alpha, rest, epsilon, float32(s.Momentum), gradScale, decay)
	}
}

// AdamStep is what one step of Adam depends on apart from the parameters.
//
// The factors are float64 and rounded once, behind the subtraction: in float32, 1 - 0.999 is off by 1.3e-5.
type AdamStep struct {
	LearningRate, Beta1, Beta2, Epsilon float64
	GradScale                           float64 // multiplies gradients first: the clipping factor, or 1
	WeightDecay                         float64 // L2: added to the gradient as WeightDecay·w
	Bias1, Bias2                        float64 // 1-β1ᵗ and 1-β2ᵗ for the t-th step, t from 1
	DecoupledDecay                      float64 // λ of AdamW: w shrinks by 1 - LearningRate·λ first; 0 is Adam
}

// Adam takes one step of Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019) as PyTorch writes them, for each
// parameter w with its gradient g:
//
//	w  = w·(1 - LearningRate·λ)
//	g' = g·GradScale + WeightDecay·w
//	m += (1-β1)·(g' - m)
//	v  = β2·v + (1-β2)·g'·g'
//	w -= LearningRate/Bias1 · m / (√v/√Bias2 + ε)
//
// m and v start as zeros. √Bias2 enters as one factor 1/√Bias2, rounded once. Nothing overlaps.
func Adam(w, g, m, v []float32, s AdamStep) {
	needLength("Adam", "g", len(g), len(w))
	needLength("Adam", "m", len(m), len(w))
	needLength("Adam", "v", len(v), len(w))
	if len(w) == 0 {
		return
	}
	step, correction := float32(s.LearningRate/s.Bias1), float32(1/math.Sqrt(s.Bias2))
	keep := float32(1 - s.LearningRate*s.DecoupledDecay)
	adam(w, g, m, v, len(w), keep, step, float32(1-s.Beta1), float32(s.Beta2), float32(1-s.Beta2), correction,
		float32(s.Epsilon), float32(s.GradScale), float32(s.WeightDecay))
}

// AdagradStep is what one step of Adagrad depends on apart from the parameters.
type AdagradStep struct {
	LearningRate, Epsilon float32
	GradScale             float32 // multiplies gradients first: the clipping factor, or 1
	WeightDecay           float32 // L2: added to the gradient as WeightDecay·w
}

// Adagrad takes one step of Adagrad (Duchi, Hazan and Singer 2011), for each parameter w with its gradient g:
//
//	g' = g·GradScale + WeightDecay·w
//	s += g'·g'
//	w -= LearningRate·g' / (√s + ε)
//
// s starts as zeros. Nothing overlaps.
func Adagrad(w, g, s []float32, a AdagradStep) {
	needLength("Adagrad", "g", len(g), len(w))
	needLength("Adagrad", "s", len(s), len(w))
	if len(w) > 0 {
		adagrad(w, g, s, len(w), a.LearningRate, a.Epsilon, a.GradScale, a.WeightDecay)
	}
}
