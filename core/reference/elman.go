package reference

import "gonum.org/v1/gonum/mat"

// Elman is the recurrence of the notes' pattern 1, hidden to hidden:
//
//	a(t) = b + W h(t-1) + U x(t)
//	h(t) = f(a(t))        f = tanh or ReLU
//
// U [H, I], W [H, H]; b is kept as PyTorch keeps it, b = b_ih + b_hh, both [H]. With layer normalisation
//
//	a(t) = LN(U x(t); γ_ih, β_ih) + LN(W h(t-1); γ_hh, β_hh) + b_ih + b_hh
//
// J. L. Elman, Finding structure in time, Cognitive Science 14 (1990).
type Elman struct {
	oneWay
	U, W       projection
	Bih, Bhh   vector
	Activation Activation
}

// NewElman makes a layer of zeros for inputs of length I, with tanh.
func NewElman(inputs, hidden int) *Elman {
	return &Elman{
		U: newProjection(hidden, inputs), W: newProjection(hidden, hidden),
		Bih: newVector(hidden), Bhh: newVector(hidden), Activation: Tanh,
	}
}

// WithReLU makes f(a) = max(0, a).
func (e *Elman) WithReLU() *Elman {
	e.Activation = ReLU
	return e
}

// WithLayerNorm normalises both halves of the pre-activation.
func (e *Elman) WithLayerNorm() *Elman {
	e.U, e.W = e.U.normalised(), e.W.normalised()
	return e
}

// Hidden implements [Layer].
func (e *Elman) Hidden() int { return e.Bih.Len() }

// ZeroState implements [Layer].
func (e *Elman) ZeroState() State { return State{H: zeros(e.Hidden())} }

// Parameters implements [Layer].
func (e *Elman) Parameters() []Parameter { return gatedParameters(e.U, e.W, e.Bih, e.Bhh) }

// gatedParameters lists what Elman, LSTM and GRU have in common.
func gatedParameters(u, w projection, bih, bhh vector) []Parameter {
	all := []Parameter{
		u.parameter("weight_ih"), w.parameter("weight_hh"), bih.parameter("bias_ih"), bhh.parameter("bias_hh"),
	}
	return append(append(all, u.normParameters("ih")...), w.normParameters("hh")...)
}

// wayBack carries the gradient of a projection's result to what it projected.
type wayBack = func(d *mat.VecDense) *mat.VecDense

// Forward implements [Layer].
func (e *Elman) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	steps := len(x)
	h := append(Sequence{initial.H}, make(Sequence, steps)...) // h[0] is the initial state, h[t] is h(t)
	backU, backW := make([]wayBack, steps+1), make([]wayBack, steps+1)
	for t := 1; t <= steps; t++ {
		var ux, wh *mat.VecDense
		ux, backU[t] = e.U.forward(x[t-1])
		wh, backW[t] = e.W.forward(h[t-1])
		h[t] = apply(e.Activation.F, sum(e.Bih, e.Bhh, wh, ux))
	}

	backward := func(fromAbove Sequence, dlast State) (Sequence, State) {
		dx := make(Sequence, steps)
		dh := orZeros(dlast.H, e.Hidden()) // Wᵀ D(t+1) dh(t+1); at T what comes from beyond
		for t := steps; t >= 1; t-- {
			dh.AddVec(dh, fromAbove[t-1])
			da := hadamard(apply(e.Activation.Derivative, h[t]), dh) // D(t) dh(t)
			e.Bih.add(da)
			e.Bhh.add(da)
			dx[t-1] = backU[t](da)
			dh = backW[t](da)
		}
		return dx, State{H: dh}
	}
	return h[1:], State{H: h[steps]}, backward
}

var _ Layer = (*Elman)(nil)
