package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// EncoderDecoder reads a source of N tokens and writes a target of T tokens, under teacher forcing: the decoder's
// input at step t is the target token y(t-1), at the first step a begin token.
//
//	k(1) … k(N) = the encoder's top outputs
//	h(0)  = the encoder's last state, layer by layer, merged where it is bidirectional
//	h(t)  = decoder(y(t-1), h(t-1))
//	h̃(t)  = tanh(W_c [context(h(t), k); h(t)])     h(t) itself where there is no attention
//	o(t)  = c + V h̃(t)                             L = Σ w(t) ℓ(o(t), y(t))
//
// W_c [H, S+H], no bias. Where only one of an encoder layer and its decoder layer is an LSTM, h alone is handed over and
// the decoder's c starts from zero. Attention looks with h(t) and feeds nothing into the recurrence, so all the decoder's steps
// can be run before any attention.
//
// I. Sutskever, O. Vinyals, Q. V. Le, Sequence to sequence learning with neural networks (2014); the attentional
// state h̃ is that of M.-T. Luong, H. Pham, C. D. Manning (2015).
type EncoderDecoder struct {
	Source, Target   *Embedding // nil: the source is vectors, a target token a one-hot vector
	Encoder, Decoder []Layer
	Attention        *Attention // nil: none
	Combine          matrix
	readout
}

// NewEncoderDecoder joins two stacks of as many layers, each decoder layer as wide as the encoder layer's merged state.
func NewEncoderDecoder(source, target *Embedding, encoder, decoder []Layer, score Score, classes int) *EncoderDecoder {
	hidden := decoder[len(decoder)-1].Hidden()
	m := &EncoderDecoder{
		Source: source, Target: target, Encoder: encoder, Decoder: decoder,
		readout: newReadout(classes, hidden, Classes{}),
	}
	if score != nil {
		memory := encoder[len(encoder)-1].Hidden()
		m.Attention = &Attention{Score: score, Length: memory}
		m.Combine = newMatrix(hidden, memory+hidden)
	}
	return m
}

// Parameters lists encoder.embedding.weight, encoder.rnn.…, decoder.…, attention.…, combine.weight and head.….
func (m *EncoderDecoder) Parameters() []Parameter {
	var all []Parameter
	for _, half := range []struct {
		name      string
		embedding *Embedding
		layers    []Layer
	}{{"encoder.", m.Source, m.Encoder}, {"decoder.", m.Target, m.Decoder}} {
		var own []Parameter
		if half.embedding != nil {
			own = half.embedding.Parameters()
		}
		for _, p := range append(own, stackParameters(half.layers)...) {
			p.Name = half.name + p.Name
			all = append(all, p)
		}
	}
	if m.Attention != nil {
		all = append(append(all, m.Attention.Score.Parameters()...), m.Combine.parameter("combine.weight"))
	}
	return append(all, m.readout.parameters()...)
}

// Pair is a source with the target that the decoder is given and the one that it should write.
type Pair struct {
	Source, Given, Targets   []int
	Inputs                   Sequence // the source where nothing embeds it
	Weights                  []float64
	Initial                  []State    // of the encoder, one a layer; nil: zeros
	SourceMasks, TargetMasks []Sequence // dropout in each half, one a layer, on its output; nil: none
}

// Run gives ŷ at every step, and the attention's weights [T][N].
func (m *EncoderDecoder) Run(p Pair) (yhat Sequence, alphas [][]float64) {
	o, alphas, _ := m.logits(p)
	for _, v := range o {
		yhat = append(yhat, m.Output.Forward(v))
	}
	return yhat, alphas
}

// Loss is L.
func (m *EncoderDecoder) Loss(p Pair) float64 {
	o, _, _ := m.logits(p)
	loss, _ := m.judge(o, OneHot(p.Targets, m.C.Len()), p.Weights)
	return loss
}

// Gradients computes L and adds ∂L/∂θ to every parameter's gradient; it returns also what reaches the encoder's initial
// states and the source.
func (m *EncoderDecoder) Gradients(p Pair) (float64, Derivatives) {
	o, _, backward := m.logits(p)
	loss, do := m.judge(o, OneHot(p.Targets, m.C.Len()), p.Weights)
	return loss, backward(do)
}

// embedded looks ids up, or takes vectors as they are.
func embedded(e *Embedding, ids []int, vectors Sequence) (x Sequence, backward func(Sequence)) {
	if e != nil {
		return e.Forward(ids)
	}
	return vectors, func(Sequence) {}
}

// handOver is a decoder layer's first state, from the last one of the encoder layer, and the way back.
func handOver(encoder, decoder Layer, last State) (initial State, backward func(State) State) {
	merged, back := encoder.Merged(last)
	initial = decoder.ZeroState()
	initial.H = merged.H
	shared := initial.C != nil && merged.C != nil
	if shared {
		initial.C = merged.C
	}
	return initial, func(d State) State {
		if !shared {
			d.C = nil
		}
		return back(d)
	}
}

func (m *EncoderDecoder) logits(p Pair) (o Sequence, alphas [][]float64, backward func(do Sequence) Derivatives) {
	source, backSource := embedded(m.Source, p.Source, p.Inputs)
	memory, last, backEncoder := stackForward(m.Encoder, source, p.Initial, p.SourceMasks)
	initial := make([]State, len(m.Decoder))
	backOver := make([]func(State) State, len(m.Decoder))
	for k, layer := range m.Encoder {
		initial[k], backOver[k] = handOver(layer, m.Decoder[k], last[k])
	}
	given, backTarget := embedded(m.Target, p.Given, OneHot(p.Given, m.C.Len()))
	h, _, backDecoder := stackForward(m.Decoder, given, initial, p.TargetMasks)
	backs := make([]func(do *mat.VecDense) (dh *mat.VecDense, dmemory Sequence), len(h))
	for t := range h {
		var alpha []float64
		var v *mat.VecDense
		v, alpha, backs[t] = m.read(h[t], memory)
		o, alphas = append(o, v), append(alphas, alpha)
	}

	backward = func(do Sequence) Derivatives {
		dh, dmemory := make(Sequence, len(h)), make(Sequence, len(memory))
		for s := range dmemory {
			dmemory[s] = zeros(memory[s].Len())
		}
		for t := range h {
			var dread Sequence
			dh[t], dread = backs[t](do[t])
			for s, d := range dread {
				dmemory[s].AddVec(dmemory[s], d)
			}
		}
		dgiven, dinitial := backDecoder(dh, make([]State, len(m.Decoder)))
		backTarget(dgiven)
		for k := range dinitial {
			dinitial[k] = backOver[k](dinitial[k])
		}
		dsource, dfirst := backEncoder(dmemory, dinitial)
		backSource(dsource)
		return Derivatives{Initial: dfirst, Inputs: dsource}
	}
	return o, alphas, backward
}

// read is one step's way from h(t) to o(t).
func (m *EncoderDecoder) read(h *mat.VecDense, memory Sequence) (
	o *mat.VecDense, alpha []float64, backward func(do *mat.VecDense) (dh *mat.VecDense, dmemory Sequence),
) {
	if m.Attention == nil {
		return m.readout.forward(h), nil, func(do *mat.VecDense) (*mat.VecDense, Sequence) {
			return m.readout.backward(do, h), nil
		}
	}
	context, alpha, backAttention := m.Attention.Forward(h, memory)
	both := join(context, h)
	attentional := apply(math.Tanh, product(m.Combine, both))
	return m.readout.forward(attentional), alpha, func(do *mat.VecDense) (*mat.VecDense, Sequence) {
		da := hadamard(m.readout.backward(do, attentional), apply(oneMinusSquare, attentional))
		m.Combine.addOuter(da, both)
		dboth := product(m.Combine.T(), da)
		dq, dmemory := backAttention(part(dboth, 0, context.Len()))
		return sum(part(dboth, context.Len(), both.Len()), dq), dmemory
	}
}
