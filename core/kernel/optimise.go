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

// Scale multiplies each element of x by a number.
func Scale(x []float32, by float32) {
	if len(x) > 0 {
		scale(x, len(x), by)
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
}

// Adam takes one step of Adam (Kingma and Ba 2015) as PyTorch writes it, for each parameter w with its gradient g:
//
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
	adam(w, g, m, v, len(w), step, float32(1-s.Beta1), float32(s.Beta2), float32(1-s.Beta2), correction,
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
