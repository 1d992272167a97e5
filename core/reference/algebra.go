package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Parameter is one tensor with its gradient, both row-major and both views of the owner's memory.
type Parameter struct {
	Name            string
	Value, Gradient []float64
}

// ZeroGradients clears what the backward passes have added up.
func ZeroGradients(parameters []Parameter) {
	for _, p := range parameters {
		clear(p.Gradient)
	}
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

// rows is a view of the rows from ≤ i < to, value and gradient.
func (m matrix) rows(from, to int) matrix {
	_, cols := m.Dims()
	return matrix{m.Slice(from, to, 0, cols).(*mat.Dense), m.grad.Slice(from, to, 0, cols).(*mat.Dense)}
}

// vector is a parameter vector with its gradient.
type vector struct {
	*mat.VecDense
	grad *mat.VecDense
}

func newVector(n int) vector { return vector{zeros(n), zeros(n)} }

func (v vector) parameter(name string) Parameter {
	return Parameter{name, v.RawVector().Data, v.grad.RawVector().Data}
}

// add adds d to the gradient.
func (v vector) add(d mat.Vector) { v.grad.AddVec(v.grad, d) }

// elements is a view of the elements from ≤ i < to, value and gradient.
func (v vector) elements(from, to int) vector {
	return vector{part(v.VecDense, from, to), part(v.grad, from, to)}
}

func zeros(n int) *mat.VecDense { return mat.NewVecDense(n, nil) }

// orZeros is a copy of v, or zeros where nothing is given.
func orZeros(v *mat.VecDense, n int) *mat.VecDense {
	if v == nil {
		return zeros(n)
	}
	return mat.VecDenseCopyOf(v)
}

// part is a view of the elements from ≤ i < to.
func part(v *mat.VecDense, from, to int) *mat.VecDense { return v.SliceVec(from, to).(*mat.VecDense) }

// join puts its parts one under the other as a new vector.
func join(parts ...*mat.VecDense) *mat.VecDense {
	var data []float64
	for _, p := range parts {
		for i := range p.Len() {
			data = append(data, p.AtVec(i))
		}
	}
	return mat.NewVecDense(len(data), data)
}

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

// scaled gives s v as a new vector.
func scaled(s float64, v mat.Vector) *mat.VecDense {
	var out mat.VecDense
	out.ScaleVec(s, v)
	return &out
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// oneMinus and oneMinusSquare are the factors of the derivatives of sigmoid and tanh in terms of their values.
func oneMinus(y float64) float64       { return 1 - y }
func oneMinusSquare(y float64) float64 { return 1 - y*y }

// dsigmoid is σ'(a) in terms of y = σ(a).
func dsigmoid(y float64) float64 { return y * (1 - y) }

// Activation is an elementwise function with its derivative, which is written in terms of the value y = f(a).
type Activation struct {
	F          func(a float64) float64
	Derivative func(y float64) float64
}

// The activations of the Elman and Jordan recurrences. The derivative of ReLU at 0 is 0, as PyTorch has it.
var (
	Tanh = Activation{math.Tanh, oneMinusSquare}
	ReLU = Activation{
		func(a float64) float64 { return math.Max(0, a) },
		func(y float64) float64 {
			if y > 0 {
				return 1
			}
			return 0
		},
	}
)

// Softmax is exp(o) / Σ exp(o), computed from o - max(o).
func Softmax(o mat.Vector) *mat.VecDense {
	top := mat.Max(o)
	e := apply(func(v float64) float64 { return math.Exp(v - top) }, o)
	e.ScaleVec(1/mat.Sum(e), e)
	return e
}

// softmaxBackward is Jᵀ dy of y = softmax o, J = diag y - y yᵀ:  do = y ⊙ (dy - yᵀ dy).
func softmaxBackward(y, dy *mat.VecDense) *mat.VecDense {
	dot := mat.Dot(y, dy)
	return hadamard(y, apply(func(d float64) float64 { return d - dot }, dy))
}

// logSumExp is log Σ exp(v), computed from v - max(v); all terms -∞ give -∞.
func logSumExp(v ...float64) float64 {
	top := math.Inf(-1)
	for _, x := range v {
		top = math.Max(top, x)
	}
	if math.IsInf(top, -1) {
		return top
	}
	var total float64
	for _, x := range v {
		total += math.Exp(x - top)
	}
	return top + math.Log(total)
}
