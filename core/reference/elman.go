package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Elman is the recurrence of the notes' pattern 1, hidden to hidden:
//
//	a(t) = b + W h(t-1) + U x(t)
//	h(t) = tanh a(t)
//
// U [H, I], W [H, H]; b is kept as PyTorch keeps it, b = b_ih + b_hh, both [H].
//
// J. L. Elman, Finding structure in time, Cognitive Science 14 (1990).
type Elman struct {
	U, W     matrix
	Bih, Bhh vector
}

// NewElman makes a layer of zeros for inputs of length I.
func NewElman(inputs, hidden int) *Elman {
	return &Elman{U: newMatrix(hidden, inputs), W: newMatrix(hidden, hidden), Bih: newVector(hidden), Bhh: newVector(hidden)}
}

// Hidden implements [Layer].
func (e *Elman) Hidden() int { return e.Bih.Len() }

// ZeroState implements [Layer].
func (e *Elman) ZeroState() State { return State{H: zeros(e.Hidden())} }

// Parameters implements [Layer].
func (e *Elman) Parameters() []Parameter {
	return []Parameter{
		e.U.parameter("weight_ih"), e.W.parameter("weight_hh"), e.Bih.parameter("bias_ih"), e.Bhh.parameter("bias_hh"),
	}
}

// Forward implements [Layer].
func (e *Elman) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	steps := len(x)
	h := append(Sequence{initial.H}, make(Sequence, steps)...) // h[0] is the initial state, h[t] is h(t)
	for t := 1; t <= steps; t++ {
		a := sum(e.Bih, e.Bhh, product(e.W, h[t-1]), product(e.U, x[t-1]))
		h[t] = apply(math.Tanh, a)
	}

	backward := func(fromAbove Sequence) (Sequence, State) {
		dx := make(Sequence, steps)
		dh := zeros(e.Hidden()) // Wᵀ D(t+1) dh(t+1), nothing beyond T
		for t := steps; t >= 1; t-- {
			dh.AddVec(dh, fromAbove[t-1])
			da := hadamard(apply(oneMinusSquare, h[t]), dh) // D(t) dh(t)
			e.Bih.grad.AddVec(e.Bih.grad, da)
			e.Bhh.grad.AddVec(e.Bhh.grad, da)
			e.W.addOuter(da, h[t-1])
			e.U.addOuter(da, x[t-1])
			dx[t-1] = product(e.U.T(), da)
			dh = product(e.W.T(), da)
		}
		return dx, State{H: dh}
	}
	return h[1:], State{H: h[steps]}, backward
}

var _ Layer = (*Elman)(nil)
var _ mat.Vector = vector{}
