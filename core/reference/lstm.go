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
// U [4H, I], W [4H, H], biases [4H]. With layer normalisation a(t) has LN(U x(t)) and LN(W h(t-1)), each over
// its 4H elements, in place of the products; c is not normalised.
//
// S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997), with the forget gate of
// F. Gers, J. Schmidhuber, F. Cummins, Learning to forget, Neural Computation 12 (2000).
type LSTM struct {
	oneWay
	U, W     projection
	Bih, Bhh vector
}

// NewLSTM makes a layer of zeros for inputs of length I.
func NewLSTM(inputs, hidden int) *LSTM {
	return &LSTM{
		U: newProjection(4*hidden, inputs), W: newProjection(4*hidden, hidden),
		Bih: newVector(4 * hidden), Bhh: newVector(4 * hidden),
	}
}

// WithLayerNorm normalises both halves of the pre-activation.
func (l *LSTM) WithLayerNorm() *LSTM {
	l.U, l.W = l.U.normalised(), l.W.normalised()
	return l
}

// Hidden implements [Layer].
func (l *LSTM) Hidden() int { return l.Bih.Len() / 4 }

// ZeroState implements [Layer].
func (l *LSTM) ZeroState() State { return State{H: zeros(l.Hidden()), C: zeros(l.Hidden())} }

// Parameters implements [Layer].
func (l *LSTM) Parameters() []Parameter { return gatedParameters(l.U, l.W, l.Bih, l.Bhh) }

// lstmStep is what one step leaves behind for the way back.
type lstmStep struct {
	i, f, g, o, cBefore, tanhC *mat.VecDense
	backU, backW               wayBack
}

// Forward implements [Layer].
func (l *LSTM) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	steps, hidden := len(x), l.Hidden()
	h := append(Sequence{initial.H}, make(Sequence, steps)...)
	c := initial.C
	kept := make([]lstmStep, steps+1)
	for t := 1; t <= steps; t++ {
		ux, backU := l.U.forward(x[t-1])
		wh, backW := l.W.forward(h[t-1])
		a := sum(l.Bih, l.Bhh, wh, ux)
		gate := func(k int, f func(float64) float64) *mat.VecDense { return apply(f, part(a, k*hidden, (k+1)*hidden)) }
		s := lstmStep{i: gate(0, sigmoid), f: gate(1, sigmoid), g: gate(2, math.Tanh), o: gate(3, sigmoid), cBefore: c, backU: backU, backW: backW}
		c = sum(hadamard(s.f, c), hadamard(s.i, s.g))
		s.tanhC = apply(math.Tanh, c)
		h[t] = hadamard(s.o, s.tanhC)
		kept[t] = s
	}

	backward := func(fromAbove Sequence, dlast State) (Sequence, State) {
		dx := make(Sequence, steps)
		dh, dc := orZeros(dlast.H, hidden), orZeros(dlast.C, hidden) // what reaches h(t) and c(t) from t+1
		for t := steps; t >= 1; t-- {
			s := kept[t]
			dh.AddVec(dh, fromAbove[t-1])
			dc = sum(dc, hadamard(dh, s.o, apply(oneMinusSquare, s.tanhC)))
			da := join(
				hadamard(dc, s.g, s.i, apply(oneMinus, s.i)),
				hadamard(dc, s.cBefore, s.f, apply(oneMinus, s.f)),
				hadamard(dc, s.i, apply(oneMinusSquare, s.g)),
				hadamard(dh, s.tanhC, s.o, apply(oneMinus, s.o)))
			l.Bih.add(da)
			l.Bhh.add(da)
			dx[t-1] = s.backU(da)
			dh = s.backW(da)
			dc = hadamard(dc, s.f)
		}
		return dx, State{H: dh, C: dc}
	}
	return h[1:], State{H: h[steps], C: c}, backward
}

var _ Layer = (*LSTM)(nil)
