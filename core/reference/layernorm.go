package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NormEpsilon is the ε of [LayerNorm], PyTorch's default.
const NormEpsilon = 1e-5

// LayerNorm normalises a vector over all its n elements, with the biased variance:
//
//	μ = Σ v / n    σ² = Σ (v - μ)² / n    v̂ = (v - μ) / √(σ² + ε)    y = γ ⊙ v̂ + β
//
// and back, dv̂ = γ ⊙ dy:
//
//	dγ = Σ dy ⊙ v̂    dβ = Σ dy    dv = (dv̂ - mean dv̂ - v̂ mean(dv̂ ⊙ v̂)) / √(σ² + ε)
//
// γ [n] starts at 1, β [n] at 0, so that a fresh layer normalises and does no more.
//
// J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization (2016).
type LayerNorm struct{ Gamma, Beta vector }

func newLayerNorm(n int) *LayerNorm {
	norm := &LayerNorm{newVector(n), newVector(n)}
	for i := range n {
		norm.Gamma.SetVec(i, 1)
	}
	return norm
}

// Forward normalises v.
func (l *LayerNorm) Forward(v *mat.VecDense) (y *mat.VecDense, backward func(dy *mat.VecDense) *mat.VecDense) {
	n := float64(v.Len())
	mean := mat.Sum(v) / n
	centred := apply(func(x float64) float64 { return x - mean }, v)
	deviation := math.Sqrt(mat.Dot(centred, centred)/n + NormEpsilon)
	hat := scaled(1/deviation, centred)

	backward = func(dy *mat.VecDense) *mat.VecDense {
		l.Gamma.add(hadamard(dy, hat))
		l.Beta.add(dy)
		dhat := hadamard(l.Gamma, dy)
		dmean, dvariance := mat.Sum(dhat)/n, mat.Dot(dhat, hat)/n
		return scaled(1/deviation, sum(dhat, apply(func(h float64) float64 { return -dmean - dvariance*h }, hat)))
	}
	return sum(hadamard(l.Gamma, hat), l.Beta), backward
}

// projection is one half of a pre-activation: M v, and in a normalised layer LN(M v; γ, β). M [G·H, n].
type projection struct {
	matrix
	norm *LayerNorm // nil: not normalised
}

func newProjection(rows, cols int) projection { return projection{matrix: newMatrix(rows, cols)} }

// rows is a view of some rows, normalised over these alone.
func (p projection) rows(from, to int) projection {
	view := projection{matrix: p.matrix.rows(from, to)}
	if p.norm != nil {
		view.norm = &LayerNorm{p.norm.Gamma.elements(from, to), p.norm.Beta.elements(from, to)}
	}
	return view
}

// forward gives the half, and the way back from its gradient to ∂L/∂v.
func (p projection) forward(v *mat.VecDense) (half *mat.VecDense, backward func(d *mat.VecDense) *mat.VecDense) {
	half = product(p.matrix, v)
	through := func(d *mat.VecDense) *mat.VecDense {
		p.addOuter(d, v)
		return product(p.T(), d)
	}
	if p.norm == nil {
		return half, through
	}
	half, normBackward := p.norm.Forward(half)
	return half, func(d *mat.VecDense) *mat.VecDense { return through(normBackward(d)) }
}

// normalised gives the projection its own γ and β.
func (p projection) normalised() projection {
	rows, _ := p.Dims()
	p.norm = newLayerNorm(rows)
	return p
}

// normParameters lists γ and β as ln_weight_… and ln_bias_…; side is "ih", "hh" or "oh".
func (p projection) normParameters(side string) []Parameter {
	if p.norm == nil {
		return nil
	}
	return []Parameter{p.norm.Gamma.parameter("ln_weight_" + side), p.norm.Beta.parameter("ln_bias_" + side)}
}
