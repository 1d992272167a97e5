package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// GRU is the gated recurrent unit with PyTorch's packed gates r, z, n. Its two halves stay apart,
// x = U x(t) + b_ih and w = W h(t-1) + b_hh, each split into r, z, n:
//
//	r = σ(xr + wr)    z = σ(xz + wz)
//	n = tanh(xn + r ⊙ wn)                                 reset after the product (PyTorch, Keras)
//	n = tanh(xn + Wn (r ⊙ h(t-1)) + b_hn)                 reset before the product (the paper)
//	h(t) = (1 - z) ⊙ n + z ⊙ h(t-1)
//
// U [3H, I], W [3H, H], biases [3H]. Layer normalisation puts LN over U x(t) and over W h(t-1), each over its 3H
// elements, and adds the biases behind it. With the reset before, r must be known before Wn's product exists, so
// the recurrent half is normalised in two parts: the 2H elements of r and z, and the H elements of n.
//
// K. Cho et al., Learning phrase representations using RNN encoder-decoder (2014).
type GRU struct {
	oneWay
	U, W        projection
	Bih, Bhh    vector
	ResetBefore bool
}

// NewGRU makes a layer of zeros for inputs of length I, with the reset after the product.
func NewGRU(inputs, hidden int) *GRU {
	return &GRU{
		U: newProjection(3*hidden, inputs), W: newProjection(3*hidden, hidden),
		Bih: newVector(3 * hidden), Bhh: newVector(3 * hidden),
	}
}

// WithResetBefore resets h(t-1) before the product.
func (g *GRU) WithResetBefore() *GRU {
	g.ResetBefore = true
	return g
}

// WithLayerNorm normalises both halves of the pre-activation.
func (g *GRU) WithLayerNorm() *GRU {
	g.U, g.W = g.U.normalised(), g.W.normalised()
	return g
}

// Hidden implements [Layer].
func (g *GRU) Hidden() int { return g.Bih.Len() / 3 }

// ZeroState implements [Layer].
func (g *GRU) ZeroState() State { return State{H: zeros(g.Hidden())} }

// Parameters implements [Layer].
func (g *GRU) Parameters() []Parameter { return gatedParameters(g.U, g.W, g.Bih, g.Bhh) }

// gruStep takes dh(t) to dx(t) and dh(t-1).
type gruStep func(dh *mat.VecDense) (dx, dhBefore *mat.VecDense)

// Forward implements [Layer].
func (g *GRU) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	step := g.resetAfter
	if g.ResetBefore {
		step = g.resetBefore
	}
	steps := len(x)
	h := append(Sequence{initial.H}, make(Sequence, steps)...)
	backs := make([]gruStep, steps+1)
	for t := 1; t <= steps; t++ {
		h[t], backs[t] = step(x[t-1], h[t-1])
	}

	backward := func(fromAbove Sequence, dlast State) (Sequence, State) {
		dx := make(Sequence, steps)
		dh := orZeros(dlast.H, g.Hidden())
		for t := steps; t >= 1; t-- {
			dh.AddVec(dh, fromAbove[t-1])
			dx[t-1], dh = backs[t](dh)
		}
		return dx, State{H: dh}
	}
	return h[1:], State{H: h[steps]}, backward
}

func (g *GRU) resetAfter(x, before *mat.VecDense) (*mat.VecDense, gruStep) {
	hidden := g.Hidden()
	third := func(v *mat.VecDense, k int) *mat.VecDense { return part(v, k*hidden, (k+1)*hidden) }
	ux, backU := g.U.forward(x)
	wh, backW := g.W.forward(before)
	a, w := sum(ux, g.Bih), sum(wh, g.Bhh)
	r := apply(sigmoid, sum(third(a, 0), third(w, 0)))
	z := apply(sigmoid, sum(third(a, 1), third(w, 1)))
	n := apply(math.Tanh, sum(third(a, 2), hadamard(r, third(w, 2))))

	back := func(dh *mat.VecDense) (dx, dhBefore *mat.VecDense) {
		dan, daz := gruOutputBackward(dh, before, z, n)
		dar := hadamard(dan, third(w, 2), apply(dsigmoid, r))
		da := join(dar, daz, dan)
		dw := join(dar, daz, hadamard(dan, r))
		g.Bih.add(da)
		g.Bhh.add(dw)
		return backU(da), sum(backW(dw), hadamard(dh, z))
	}
	return gruOutput(before, z, n), back
}

func (g *GRU) resetBefore(x, before *mat.VecDense) (*mat.VecDense, gruStep) {
	hidden := g.Hidden()
	ux, backU := g.U.forward(x)
	wrz, backWrz := g.W.rows(0, 2*hidden).forward(before)
	a := sum(ux, g.Bih, g.Bhh)
	rz := apply(sigmoid, sum(part(a, 0, 2*hidden), wrz))
	r, z := part(rz, 0, hidden), part(rz, hidden, 2*hidden)
	wn, backWn := g.W.rows(2*hidden, 3*hidden).forward(hadamard(r, before))
	n := apply(math.Tanh, sum(part(a, 2*hidden, 3*hidden), wn))

	back := func(dh *mat.VecDense) (dx, dhBefore *mat.VecDense) {
		dan, daz := gruOutputBackward(dh, before, z, n)
		dreset := backWn(dan) // gradient on r ⊙ h(t-1)
		dar := hadamard(dreset, before, apply(dsigmoid, r))
		da := join(dar, daz, dan)
		g.Bih.add(da)
		g.Bhh.add(da)
		return backU(da), sum(backWrz(join(dar, daz)), hadamard(dreset, r), hadamard(dh, z))
	}
	return gruOutput(before, z, n), back
}

// gruOutput is (1 - z) ⊙ n + z ⊙ h(t-1).
func gruOutput(before, z, n *mat.VecDense) *mat.VecDense {
	return sum(hadamard(apply(oneMinus, z), n), hadamard(z, before))
}

// gruOutputBackward takes dh(t) to the pre-activations of n and z.
func gruOutputBackward(dh, before, z, n *mat.VecDense) (dan, daz *mat.VecDense) {
	dan = hadamard(dh, apply(oneMinus, z), apply(oneMinusSquare, n))
	daz = hadamard(dh, sum(before, scaled(-1, n)), apply(dsigmoid, z))
	return dan, daz
}

var _ Layer = (*GRU)(nil)
