package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// LSTM is the long short-term memory with PyTorch's packed gates i, f, g, o and no peepholes:
//
//	a(t) = b_ih + b_hh + W h(t-1) + U x(t)        split into ai, af, ag, ao
//	i = σ(ai)  f = σ(af)  g = tanh(ag)  o = σ(ao)
//	c(t) = f ⊙ c(t-1) + i ⊙ g
//	h(t) = o ⊙ tanh c(t)
//
// U [4H, I], W [4H, H], biases [4H].
//
// S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997), with the forget gate of
// F. Gers, J. Schmidhuber, F. Cummins, Learning to forget, Neural Computation 12 (2000).
type LSTM struct {
	U, W     matrix
	Bih, Bhh vector
}

// NewLSTM makes a layer of zeros for inputs of length I.
func NewLSTM(inputs, hidden int) *LSTM {
	return &LSTM{
		U: newMatrix(4*hidden, inputs), W: newMatrix(4*hidden, hidden),
		Bih: newVector(4 * hidden), Bhh: newVector(4 * hidden),
	}
}

// Hidden implements [Layer].
func (l *LSTM) Hidden() int { return l.Bih.Len() / 4 }

// ZeroState implements [Layer].
func (l *LSTM) ZeroState() State { return State{H: zeros(l.Hidden()), C: zeros(l.Hidden())} }

// Parameters implements [Layer].
func (l *LSTM) Parameters() []Parameter {
	return []Parameter{
		l.U.parameter("weight_ih"), l.W.parameter("weight_hh"), l.Bih.parameter("bias_ih"), l.Bhh.parameter("bias_hh"),
	}
}

// lstmStep is what one step leaves behind for the way back.
type lstmStep struct{ i, f, g, o, cBefore, tanhC *mat.VecDense }

// Forward implements [Layer].
func (l *LSTM) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	steps, hidden := len(x), l.Hidden()
	h := append(Sequence{initial.H}, make(Sequence, steps)...)
	c := initial.C
	kept := make([]lstmStep, steps+1)
	for t := 1; t <= steps; t++ {
		a := sum(l.Bih, l.Bhh, product(l.W, h[t-1]), product(l.U, x[t-1]))
		gate := func(k int, f func(float64) float64) *mat.VecDense {
			return apply(f, a.SliceVec(k*hidden, (k+1)*hidden))
		}
		s := lstmStep{i: gate(0, sigmoid), f: gate(1, sigmoid), g: gate(2, math.Tanh), o: gate(3, sigmoid), cBefore: c}
		c = sum(hadamard(s.f, c), hadamard(s.i, s.g))
		s.tanhC = apply(math.Tanh, c)
		h[t] = hadamard(s.o, s.tanhC)
		kept[t] = s
	}

	backward := func(fromAbove Sequence) (Sequence, State) {
		dx := make(Sequence, steps)
		dh, dc := zeros(hidden), zeros(hidden) // what reaches h(t) and c(t) from t+1
		for t := steps; t >= 1; t-- {
			s := kept[t]
			dh.AddVec(dh, fromAbove[t-1])
			dc = sum(dc, hadamard(dh, s.o, apply(oneMinusSquare, s.tanhC)))
			da := zeros(4 * hidden)
			put := func(k int, d *mat.VecDense) { da.SliceVec(k*hidden, (k+1)*hidden).(*mat.VecDense).CopyVec(d) }
			put(0, hadamard(dc, s.g, s.i, apply(oneMinus, s.i)))
			put(1, hadamard(dc, s.cBefore, s.f, apply(oneMinus, s.f)))
			put(2, hadamard(dc, s.i, apply(oneMinusSquare, s.g)))
			put(3, hadamard(dh, s.tanhC, s.o, apply(oneMinus, s.o)))
			l.Bih.grad.AddVec(l.Bih.grad, da)
			l.Bhh.grad.AddVec(l.Bhh.grad, da)
			l.W.addOuter(da, h[t-1])
			l.U.addOuter(da, x[t-1])
			dx[t-1] = product(l.U.T(), da)
			dh = product(l.W.T(), da)
			dc = hadamard(dc, s.f)
		}
		return dx, State{H: dh, C: dc}
	}
	return h[1:], State{H: h[steps], C: c}, backward
}

var _ Layer = (*LSTM)(nil)
