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
// Letters: T steps, I inputs, H hidden, O outputs, V vocabulary, E embedding, S length of an attended vector.
//
// Every forward pass returns, beside its outputs, the function that carries a gradient back through the very
// steps that it took; parameter gradients are added up in their owner until [ZeroGradients]. A batch of unequal
// sequences is a loop over them, and a sequence of length 0 is an empty [Sequence]: it leaves the state alone.
package reference

import "gonum.org/v1/gonum/mat"

// Sequence is one column vector a step: x(1) … x(T).
type Sequence []*mat.VecDense

// State is what a layer carries from step to step: h [H], for the LSTM its cell c [H] (nil otherwise), and for a
// bidirectional layer the state of the direction that reads from the end (nil otherwise). As a gradient, a nil
// vector stands for zeros.
type State struct {
	H, C    *mat.VecDense
	Reverse *State
}

// Backward takes ∂L/∂h(t) that comes from above each output, and the gradient that reaches the last state from
// beyond the sequence ([State]{} where there is none); it returns ∂L/∂x(t) and the gradient on the initial state.
type Backward func(dh Sequence, dlast State) (dx Sequence, initial State)

// Layer is one recurrent layer unfolded over a sequence.
type Layer interface {
	// Hidden is the length of every output h(t).
	Hidden() int
	// Forward runs the transition over x from the initial state and returns h(1) … h(T) and the last state.
	Forward(x Sequence, initial State) (h Sequence, last State, backward Backward)
	// ZeroState is the state that a sequence starts from when none is given.
	ZeroState() State
	// Merged is the last state as one state of length Hidden, which a readout at the end and a decoder read, with
	// the way back: itself for a layer of one direction, both directions merged for a bidirectional layer.
	Merged(last State) (merged State, backward func(State) State)
	// Parameters lists the layer's parameters under PyTorch's names without the layer's number; those of a
	// direction that reads from the end carry the suffix _reverse.
	Parameters() []Parameter
}

// oneWay is the part of [Layer] that every layer of one direction shares.
type oneWay struct{}

// Merged implements [Layer].
func (oneWay) Merged(last State) (State, func(State) State) {
	return last, func(d State) State { return d }
}

// OneHot turns token ids into the vectors that a matrix product expects.
func OneHot(ids []int, vocabulary int) Sequence {
	x := make(Sequence, len(ids))
	for t, id := range ids {
		x[t] = zeros(vocabulary)
		x[t].SetVec(id, 1)
	}
	return x
}

// reversed is the sequence from its last step to its first.
func (x Sequence) reversed() Sequence {
	r := make(Sequence, len(x))
	for t := range x {
		r[len(x)-1-t] = x[t]
	}
	return r
}
