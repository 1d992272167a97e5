// Package reference is the mathematics of Unfold, written for reading: float64 on gonum/mat, one sequence at a
// time, column vectors, in the order and with the names of the founding notes (Goodfellow, Bengio, Courville,
// Deep Learning, ch. 10). It is the oracle of every test and is never used for speed.
//
//	a(t) = b + W h(t-1) + U x(t)      do(t) = ŷ(t) - onehot y(t)
//	h(t) = tanh a(t)                  dh(T) = Vᵀ do(T)
//	o(t) = c + V h(t)                 dh(t) = Wᵀ D(t+1) dh(t+1) + Vᵀ do(t),  D(t) = diag(1 - h(t)²)
//	ŷ(t) = softmax o(t)               dc = Σ do(t)          db = Σ D(t) dh(t)
//	L = -Σ log ŷ(t)[y(t)]             dV = Σ do(t) h(t)ᵀ    dW = Σ D(t) dh(t) h(t-1)ᵀ    dU = Σ D(t) dh(t) x(t)ᵀ
//
// A layer's Forward returns, beside its outputs, the function that carries a gradient back through the very
// steps that it took; parameter gradients are added up in the layer until [Network.ZeroGradients].
package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Sequence is one column vector a step: x(1) … x(T).
type Sequence []*mat.VecDense

// State is what a layer carries from step to step: h [H], and for the LSTM its cell c [H] (nil otherwise).
type State struct{ H, C *mat.VecDense }

// Backward takes ∂L/∂h(t) that comes from above each output, and returns ∂L/∂x(t) and the gradient on the
// initial state.
type Backward func(dh Sequence) (dx Sequence, initial State)

// Layer is one recurrent layer unfolded over a sequence.
type Layer interface {
	Hidden() int
	// Forward runs the transition over x from the initial state and returns h(1) … h(T) and the last state.
	Forward(x Sequence, initial State) (h Sequence, last State, backward Backward)
	// ZeroState is the state that a sequence starts from when none is given.
	ZeroState() State
	// Parameters lists the layer's parameters under PyTorch's names without the layer's suffix.
	Parameters() []Parameter
}

// Parameter is one tensor with its gradient, both row-major and both views of the owner's memory.
type Parameter struct {
	Name            string
	Value, Gradient []float64
}

// matrix is a parameter matrix with its gradient.
type matrix struct {
	*mat.Dense
	grad *mat.Dense
}

func newMatrix(rows, cols int) matrix {
	return matrix{mat.NewDense(rows, cols, nil), mat.NewDense(rows, cols, nil)}
}

func (m matrix) parameter(name string) Parameter {
	return Parameter{name, m.RawMatrix().Data, m.grad.RawMatrix().Data}
}

// addOuter adds the outer product d xᵀ to the gradient.
func (m matrix) addOuter(d, x mat.Vector) { m.grad.RankOne(m.grad, 1, d, x) }

// vector is a parameter vector with its gradient.
type vector struct {
	*mat.VecDense
	grad *mat.VecDense
}

func newVector(n int) vector { return vector{zeros(n), zeros(n)} }

func (v vector) parameter(name string) Parameter {
	return Parameter{name, v.RawVector().Data, v.grad.RawVector().Data}
}

func zeros(n int) *mat.VecDense { return mat.NewVecDense(n, nil) }

// apply gives f of every element as a new vector.
func apply(f func(float64) float64, v mat.Vector) *mat.VecDense {
	out := zeros(v.Len())
	for i := range v.Len() {
		out.SetVec(i, f(v.AtVec(i)))
	}
	return out
}

// product gives M v as a new vector.
func product(m mat.Matrix, v mat.Vector) *mat.VecDense {
	var out mat.VecDense
	out.MulVec(m, v)
	return &out
}

// hadamard gives the elementwise product of its factors as a new vector.
func hadamard(first mat.Vector, rest ...mat.Vector) *mat.VecDense {
	out := mat.VecDenseCopyOf(first)
	for _, v := range rest {
		out.MulElemVec(out, v)
	}
	return out
}

// sum gives the sum of its terms as a new vector.
func sum(first mat.Vector, rest ...mat.Vector) *mat.VecDense {
	out := mat.VecDenseCopyOf(first)
	for _, v := range rest {
		out.AddVec(out, v)
	}
	return out
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// oneMinus and oneMinusSquare are the factors of the derivatives of sigmoid and tanh in terms of their values.
func oneMinus(y float64) float64       { return 1 - y }
func oneMinusSquare(y float64) float64 { return 1 - y*y }
