package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// translator is an encoder that reads a source and a decoder that writes a target under teacher forcing, given what it
// should have written before:
//
//	k(1) … k(N) = the encoder's top outputs
//	h(0)        = the encoder's last state, layer by layer, merged where it is bidirectional
//	h(t)        = decoder(y(t-1), h(t-1))
//	o(t)        = c + V h̃(t), with h̃(t) = attention(h(t), k), or h(t) itself where there is none
//
// The two halves have an order of their own each, from the longest sequence to the shortest: from says which sequence of
// the encoder's order a sequence of the decoder's goes on from.
//
// I. Sutskever, O. Vinyals, Q. V. Le, Sequence to sequence learning with neural networks (2014).
type translator struct {
	*stack    // the encoder
	decoder   *stack
	attention *cell.Attention // nil: none
	readout   *cell.Readout
	given     []int32 // [T, B]: what the decoder reads
	from      []int32
	top       []float32 // what the readout read
	dattended []float32 // [T·B, H]: gradient on h̃
	dlast     []float32 // [B, ·]: gradient on an encoder layer's last state
}

func newTranslator(c Config, bind binding, source *random.Source) *translator {
	reads, writes := c.reads(), c.writes()
	t := &translator{
		stack: newStack(reads, bind, source), decoder: newStack(writes, bind, source),
		readout: cell.NewReadout(writes.width(), c.Output.width(), bind("head.", "")),
	}
	if c.Decoder.attends() {
		t.attention = cell.NewAttention(c.Decoder.Attention, writes.width(), reads.width(), c.Decoder.Units,
			func(prefix string) cell.Binding { return bind(prefix, "") })
	}
	return t
}

func (t *translator) redraw() {
	t.stack.redraw()
	t.decoder.redraw()
}

func (t *translator) refresh() {
	t.stack.refresh()
	t.decoder.refresh()
	t.readout.Refresh()
	if t.attention != nil {
		t.attention.Refresh()
	}
}

// write prepares the decoder, behind begin: target sequences in its order, the tokens that it is given, [T, B], and from.
func (t *translator) write(e cell.Extent, given, from []int32) {
	t.given, t.from = given, from
	t.decoder.begin(e)
}

func (t *translator) forward(x cell.Input, training bool) []float32 {
	t.encode(x, training)
	t.handOver()
	return t.decode(training)
}

// encode reads the sources.
func (t *translator) encode(x cell.Input, training bool) {
	k := t.stack.forward(x, training)
	if t.attention != nil {
		t.attention.Remember(k, t.extent)
	}
}

// handOver starts the decoder from the encoder's last state. What only the decoder carries, an LSTM's c above a layer
// without one, starts from zero.
func (t *translator) handOver() {
	for k, l := range t.decoder.layers {
		for _, c := range l.Carries() {
			initial := c.Initial(t.decoder.extent)
			if last := t.layers[k].Final(c.Name); last != nil {
				kernel.GatherRows(initial, c.Hidden, last, c.Hidden, t.from, c.Hidden)
			} else {
				clear(initial)
			}
		}
	}
}

// decode runs the decoder over what it is given, from its initial states.
func (t *translator) decode(training bool) []float32 {
	t.top = t.decoder.forward(cell.Input{Tokens: t.given}, training)
	if t.attention != nil {
		t.top = t.attention.Forward(t.top, t.decoder.extent, t.from)
	}
	return t.readout.Forward(t.top, t.decoder.extent.Rows())
}

func (t *translator) backward(do []float32) {
	rows, dh := t.decoder.extent.Rows(), t.decoder.topGradient()
	dk := t.topGradient()
	if t.attention != nil {
		t.dattended = tensor.Grow(t.dattended, len(dh))
		t.readout.Backward(t.top, do, t.dattended, rows)
		t.attention.Backward(t.dattended, dh)
		t.attention.MemoryGradient(dk)
	} else {
		t.readout.Backward(t.top, do, dh, rows)
		clear(dk)
	}
	t.decoder.backward()
	t.handBack()
	t.stack.backward()
}

// handBack gives the gradient on the decoder's initial state to the encoder's last one.
func (t *translator) handBack() {
	for k, l := range t.decoder.layers {
		for _, c := range l.Carries() {
			if t.layers[k].Final(c.Name) == nil {
				continue
			}
			t.dlast = tensor.Grow(t.dlast, t.extent.Batch*c.Hidden)
			clear(t.dlast)
			kernel.ScatterAddRows(t.dlast, c.Hidden, t.from, c.Gradient, c.Hidden, c.Hidden)
			t.layers[k].FinalGradient(c.Name, t.dlast)
		}
	}
}
