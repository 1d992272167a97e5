package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Attention reads from a memory k(1) … k(N), vectors of length S, what a query q [H] asks for:
//
//	e(s) = score(q, k(s))    α = softmax e    context = Σ α(s) k(s)
//
// An empty memory gives a context of zeros.
type Attention struct {
	Score  Score
	Length int // S
}

// Score judges how well one vector of the memory answers the query; its way back takes ∂L/∂e.
type Score interface {
	Forward(q, k *mat.VecDense) (e float64, backward func(de float64) (dq, dk *mat.VecDense))
	Parameters() []Parameter
}

// Forward gives the context and the weights α, and the way back from ∂L/∂context:
//
//	dα(s) = k(s)ᵀ dcontext    de = softmax's Jᵀ dα    dk(s) = α(s) dcontext + what score gives
func (a Attention) Forward(q *mat.VecDense, memory Sequence) (
	context *mat.VecDense, weights []float64, backward func(dcontext *mat.VecDense) (dq *mat.VecDense, dmemory Sequence),
) {
	context = zeros(a.Length)
	if len(memory) == 0 {
		return context, nil, func(*mat.VecDense) (*mat.VecDense, Sequence) { return zeros(q.Len()), nil }
	}
	e := zeros(len(memory))
	backs := make([]func(float64) (dq, dk *mat.VecDense), len(memory))
	for s, k := range memory {
		score, back := a.Score.Forward(q, k)
		e.SetVec(s, score)
		backs[s] = back
	}
	alpha := Softmax(e)
	for s, k := range memory {
		context.AddScaledVec(context, alpha.AtVec(s), k)
	}

	backward = func(dcontext *mat.VecDense) (*mat.VecDense, Sequence) {
		dalpha := zeros(len(memory))
		for s, k := range memory {
			dalpha.SetVec(s, mat.Dot(k, dcontext))
		}
		de := softmaxBackward(alpha, dalpha)
		dq, dmemory := zeros(q.Len()), make(Sequence, len(memory))
		for s := range memory {
			dqs, dk := backs[s](de.AtVec(s))
			dq.AddVec(dq, dqs)
			dmemory[s] = sum(dk, scaled(alpha.AtVec(s), dcontext))
		}
		return dq, dmemory
	}
	return context, alpha.RawVector().Data, backward
}

// Additive is the score vᵀ tanh(Q q + K k) with Q [A, H], K [A, S], v [A].
//
// D. Bahdanau, K. Cho, Y. Bengio, Neural machine translation by jointly learning to align and translate (2015).
type Additive struct {
	Q, K matrix
	V    vector
}

// NewAdditive makes a score of zeros for queries of length H, memory of length S, through A units.
func NewAdditive(query, memory, units int) *Additive {
	return &Additive{newMatrix(units, query), newMatrix(units, memory), newVector(units)}
}

// Parameters implements [Score].
func (a *Additive) Parameters() []Parameter {
	return []Parameter{
		a.Q.parameter("attention.query.weight"), a.K.parameter("attention.key.weight"), a.V.parameter("attention.score.weight"),
	}
}

// Forward implements [Score].
func (a *Additive) Forward(q, k *mat.VecDense) (float64, func(float64) (dq, dk *mat.VecDense)) {
	u := apply(math.Tanh, sum(product(a.Q, q), product(a.K, k)))
	return mat.Dot(a.V, u), func(de float64) (dq, dk *mat.VecDense) {
		a.V.add(scaled(de, u))
		da := scaled(de, hadamard(a.V, apply(oneMinusSquare, u)))
		a.Q.addOuter(da, q)
		a.K.addOuter(da, k)
		return product(a.Q.T(), da), product(a.K.T(), da)
	}
}

// Multiplicative is the score qᵀ W k with W [H, S], which its paper calls general.
//
// M.-T. Luong, H. Pham, C. D. Manning, Effective approaches to attention-based neural machine translation (2015).
type Multiplicative struct{ W matrix }

// NewMultiplicative makes a score of zeros for queries of length H and memory of length S.
func NewMultiplicative(query, memory int) *Multiplicative {
	return &Multiplicative{newMatrix(query, memory)}
}

// Parameters implements [Score].
func (m *Multiplicative) Parameters() []Parameter {
	return []Parameter{m.W.parameter("attention.weight")}
}

// Forward implements [Score].
func (m *Multiplicative) Forward(q, k *mat.VecDense) (float64, func(float64) (dq, dk *mat.VecDense)) {
	wk := product(m.W, k)
	return mat.Dot(q, wk), func(de float64) (dq, dk *mat.VecDense) {
		m.W.addOuter(scaled(de, q), k)
		return scaled(de, wk), scaled(de, product(m.W.T(), q))
	}
}
