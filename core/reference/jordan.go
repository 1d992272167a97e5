package reference

import "gonum.org/v1/gonum/mat"

// Jordan is the notes' pattern 2, the previous output to the hidden layer, with its readout at every step:
//
//	h(t) = f(b + W y(t-1) + U x(t))    o(t) = c + V h(t)    f = tanh or ReLU
//
// U [H, I], W [H, O], b [H], V [O, H], c [O]. Each step is given either the target y(t-1) (teacher forcing: nothing
// flows back through it) or the model's own output, ŷ(t-1) in place of y(t-1): probabilities for classes and labels,
// the value for values. Then, with f' taken at h(t),
//
//	do(t)   = w(t) ∂ℓ/∂o(t) + Jᵀ(t) dŷ(t)         J(t) = ∂ŷ(t)/∂o(t)
//	dŷ(t-1) = Wᵀ (f' ⊙ Vᵀ do(t))                  0 where step t was given the target
//
// y(0), before the first step, is the initial state, zero when none is given; the last state is ŷ(T). A loss on the
// last output alone is a weight of 0 on the others. With layer normalisation U x(t) and W y(t-1) are normalised, each
// over its H elements, and b is added behind.
//
// M. I. Jordan, Serial order: a parallel distributed processing approach (1986). Choosing between target and output by
// chance is scheduled sampling: S. Bengio et al. (2015).
type Jordan struct {
	Embedding  *Embedding // nil: the inputs are vectors
	U, W       projection
	B          vector
	Activation Activation
	start      *start // of y(0); nil: zeros
	readout
}

// NewJordan makes a model of zeros for inputs of length I, with tanh.
func NewJordan(output Output, inputs, hidden, outputs int) *Jordan {
	return &Jordan{
		U: newProjection(hidden, inputs), W: newProjection(hidden, outputs), B: newVector(hidden),
		Activation: Tanh, readout: newReadout(outputs, hidden, output),
	}
}

// WithReLU makes f(a) = max(0, a).
func (j *Jordan) WithReLU() *Jordan {
	j.Activation = ReLU
	return j
}

// WithLayerNorm normalises both halves of the pre-activation.
func (j *Jordan) WithLayerNorm() *Jordan {
	j.U, j.W = j.U.normalised(), j.W.normalised()
	return j
}

// WithEmbedding makes the model read token ids.
func (j *Jordan) WithEmbedding(e *Embedding) *Jordan {
	j.Embedding = e
	return j
}

// LearnInitialState makes y(0), where none is given, a parameter of the model: rnn.y0_l0.
func (j *Jordan) LearnInitialState() *Jordan {
	j.start = newStart(j.ZeroStates)
	return j
}

// Parameters lists every parameter under the names of a saved model.
func (j *Jordan) Parameters() []Parameter {
	var all []Parameter
	if j.Embedding != nil {
		all = j.Embedding.Parameters()
	}
	layer := []Parameter{j.U.parameter("weight_ih"), j.W.parameter("weight_oh"), j.B.parameter("bias_ih")}
	layer = append(append(layer, j.U.normParameters("ih")...), j.W.normParameters("oh")...)
	for _, p := range layer {
		p.Name = "rnn." + p.Name + "_l0"
		all = append(all, p)
	}
	return append(append(all, j.start.parameters("y")...), j.readout.parameters()...)
}

// ZeroGradients clears what the backward passes have added up.
func (j *Jordan) ZeroGradients() { ZeroGradients(j.Parameters()) }

// ZeroStates is y(0) = 0.
func (j *Jordan) ZeroStates() []State { return []State{{H: zeros(j.C.Len())}} }

// jordanStep is what one step leaves behind for the way back.
type jordanStep struct {
	h, dropped, o, yhat *mat.VecDense
	backU, backW        wayBack
	drop                func(Sequence) Sequence
	given               bool // y(t-1) was the target
}

func (j *Jordan) unfold(e Example) (kept []jordanStep, backEmbedding func(Sequence)) {
	x, backEmbedding := e.Inputs, func(Sequence) {}
	if j.Embedding != nil {
		x, backEmbedding = j.Embedding.Forward(e.Tokens)
	}
	initial, _ := j.start.of(e, j.ZeroStates)
	y := initial[0].H
	for t := range x {
		var s jordanStep
		if s.given = t > 0 && e.Forced != nil && e.Forced[t]; s.given {
			y = e.Targets[t-1]
		}
		ux, backU := j.U.forward(x[t])
		wy, backW := j.W.forward(y)
		s.backU, s.backW = backU, backW
		s.h = apply(j.Activation.F, sum(j.B, wy, ux))
		dropped, drop := Dropout(Sequence{s.h}, stepMask(e.Masks, t))
		s.dropped, s.drop = dropped[0], drop
		s.o = j.readout.forward(s.dropped)
		s.yhat = j.Output.Forward(s.o)
		y = s.yhat
		kept = append(kept, s)
	}
	return kept, backEmbedding
}

// stepMask is the only layer's mask of one step, as a sequence of one.
func stepMask(masks []Sequence, t int) Sequence {
	if mask := maskOf(masks, 0); mask != nil {
		return mask[t : t+1]
	}
	return nil
}

func outputsOf(kept []jordanStep) (o, yhat Sequence) {
	for _, s := range kept {
		o, yhat = append(o, s.o), append(yhat, s.yhat)
	}
	return o, yhat
}

// Run gives ŷ at every step, and the last state.
func (j *Jordan) Run(e Example) (yhat Sequence, last []State) {
	kept, _ := j.unfold(e)
	_, yhat = outputsOf(kept)
	if len(yhat) > 0 {
		return yhat, []State{{H: yhat[len(yhat)-1]}}
	}
	last, _ = j.start.of(e, j.ZeroStates)
	return nil, last
}

// ExampleLoss is L.
func (j *Jordan) ExampleLoss(e Example) float64 {
	kept, _ := j.unfold(e)
	o, _ := outputsOf(kept)
	loss, _ := j.judge(o, e.Targets, e.Weights)
	return loss
}

// ExampleGradients computes L and adds ∂L/∂θ to every parameter's gradient.
func (j *Jordan) ExampleGradients(e Example) (float64, Derivatives) {
	kept, backEmbedding := j.unfold(e)
	o, _ := outputsOf(kept)
	loss, direct := j.judge(o, e.Targets, e.Weights)

	dx := make(Sequence, len(kept))
	dy := zeros(j.C.Len()) // what reaches ŷ(t), and in the end y(0), from the step that was given it
	for t := len(kept) - 1; t >= 0; t-- {
		s := kept[t]
		do := sum(direct[t], j.Output.Backward(s.yhat, dy))
		dh := s.drop(Sequence{j.readout.backward(do, s.dropped)})[0]
		da := hadamard(apply(j.Activation.Derivative, s.h), dh)
		j.B.add(da)
		dx[t] = s.backU(da)
		if dy = s.backW(da); s.given {
			dy = zeros(j.C.Len())
		}
	}
	if j.Embedding != nil {
		backEmbedding(dx)
		dx = nil
	}
	dinitial := []State{{H: dy}}
	if _, learned := j.start.of(e, j.ZeroStates); learned {
		j.start.add(dinitial)
	}
	return loss, Derivatives{Initial: dinitial, Inputs: dx}
}
