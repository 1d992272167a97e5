package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/loss"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
	"github.com/unfold-rnn/unfold/core/text"
)

// network is what a model unfolds: [recurrent] layers under a readout, pattern 2's [feedback], or a [translator].
type network interface {
	refresh()
	begin(e cell.Extent)
	carries() []cell.Carry
	// forward gives what the readout gives, [rows, O]: rows are the T·B steps, the B sequences when it answers once, or the
	// steps of the targets.
	forward(x cell.Input, training bool) []float32
	// backward takes the gradient on that and fills the gradients of all parameters, zero before.
	backward(do []float32)
	// redraw makes the masks of dropout of the next run others than those of the one before.
	redraw()
}

// half is what a stack is made from: a whole network up to its readout, or one of an encoder and a decoder.
type half struct {
	prefix    string // of its parameters' names
	input     Input
	embedding int
	layers    []Layer
}

// reads is the half that reads the batch's inputs.
func (c Config) reads() half {
	h := half{"", c.Input, c.Embedding, c.Layers}
	if c.Decoder != nil {
		h.prefix = "encoder."
	}
	return h
}

// parameters adds the half's tensors to a table, bottom to top under PyTorch's names.
func (h half) parameters(table *tensor.Table, outputs int) {
	inputs := h.input.Tokens + h.input.Features
	if h.embedding > 0 {
		table.Add(h.prefix+"embedding.weight", h.input.Tokens, h.embedding)
		inputs = h.embedding
	}
	for k, l := range h.layers {
		if l.Recurrence == FromOutput {
			cell.Binding{Prefix: h.prefix + "rnn.", Suffix: layerSuffix(k)}.JordanParameters(table, inputs, l.Hidden, outputs)
			continue
		}
		for direction := range l.directions() {
			binding := cell.Binding{Prefix: h.prefix + "rnn.", Suffix: layerSuffix(k) + directionSuffix(direction)}
			binding.Parameters(table, l.Cell.gates(), inputs, l.Hidden, l.LayerNorm)
		}
		inputs = l.width()
	}
}

// width is the number of outputs of the top layer a step.
func (h half) width() int { return h.layers[len(h.layers)-1].width() }

// table lists the parameters.
func (c Config) table() *tensor.Table {
	table := &tensor.Table{}
	top := c.reads()
	top.parameters(table, c.Output.width())
	if c.Decoder != nil {
		memory := top.width()
		top = c.writes()
		top.parameters(table, c.Output.width())
		if c.Decoder.attends() {
			cell.AttentionParameters(table, c.Decoder.Attention, top.width(), memory, c.Decoder.Units)
		}
	}
	c.startParameters(table)
	table.Add("head.weight", c.Output.width(), top.width())
	table.Add("head.bias", c.Output.width())
	return table
}

func layerSuffix(k int) string { return text.Sprintf("_l%d", k) }

func directionSuffix(direction int) string {
	if direction == 1 {
		return "_reverse"
	}
	return ""
}

// binding finds the tensors of a prefix and a suffix in a model's arenas.
type binding func(prefix, suffix string) cell.Binding

func binder(weights, gradients tensor.Arena) binding {
	return func(prefix, suffix string) cell.Binding {
		return cell.Binding{Prefix: prefix, Suffix: suffix, Weights: weights, Grads: gradients}
	}
}

// newEmbedding gives the embedding, nil where there is none, and what the bottom layer reads: so many inputs, and
// whether they are tokens.
func (h half) newEmbedding(bind binding) (e *cell.Embedding, inputs int, tokens bool) {
	if h.embedding > 0 {
		return cell.NewEmbedding(h.embedding, bind(h.prefix+"embedding.", "")), h.embedding, false
	}
	return nil, h.input.Tokens + h.input.Features, h.input.Tokens > 0
}

// recurrent is patterns 1 and 3: a stack of layers, and a readout at every step or behind the last.
type recurrent struct {
	*stack
	readout *cell.Readout
	top     []float32 // what the readout read
}

func newRecurrent(c Config, bind binding, source *random.Source) *recurrent {
	s := newStack(c.reads(), bind, source)
	s.last = c.Readout == Last
	return &recurrent{stack: s, readout: cell.NewReadout(c.reads().width(), c.Output.width(), bind("head.", ""))}
}

func (r *recurrent) refresh() {
	r.stack.refresh()
	r.readout.Refresh()
}

func (r *recurrent) forward(x cell.Input, training bool) []float32 {
	r.top = r.stack.forward(x, training)
	return r.readout.Forward(r.top, r.topRows())
}

func (r *recurrent) backward(do []float32) {
	r.readout.Backward(r.top, do, r.topGradient(), r.topRows())
	r.stack.backward()
}

// feedback is pattern 2.
type feedback struct {
	extent    cell.Extent
	embedding *cell.Embedding
	jordan    *cell.Jordan
	input     cell.Input
	read      cell.Input
	dx        []float32
	seen      func([]cell.Quantity) // who looks on
}

func newFeedback(c Config, bind binding, output loss.Loss) *feedback {
	embedding, inputs, tokens := c.reads().newEmbedding(bind)
	f, l := &feedback{embedding: embedding}, c.Layers[0]
	readout := cell.NewReadout(l.Hidden, c.Output.width(), bind("head.", ""))
	f.jordan = cell.NewJordan(inputs, l.Hidden, c.Output.width(), tokens, l.Activation == Relu, bind("rnn.", layerSuffix(0)), readout, output)
	return f
}

func (f *feedback) redraw() {} // it has none

func (f *feedback) refresh() { f.jordan.Refresh() }

func (f *feedback) begin(e cell.Extent) {
	f.extent = e
	f.jordan.Begin(e)
}

func (f *feedback) carries() []cell.Carry { return f.jordan.Carries() }

func (f *feedback) forward(x cell.Input, _ bool) []float32 {
	f.input, f.read = x, x
	if f.embedding != nil {
		f.read = cell.Input{Values: f.embedding.Forward(x.Tokens)}
	}
	return f.jordan.Forward(f.read)
}

func (f *feedback) backward(do []float32) {
	f.dx = f.dx[:0]
	if width := f.inputWidth(); width > 0 {
		f.dx = tensor.Grow(f.dx, f.extent.Rows()*width)
		f.jordan.Backward(f.read, do, f.dx)
	} else {
		f.jordan.Backward(f.read, do, nil)
	}
	if f.embedding != nil {
		f.embedding.Backward(f.input.Tokens, f.dx)
	}
	f.shown()
}

// inputWidth is the number of values a step on which somebody wants the gradient: an embedding, or who looks on.
func (f *feedback) inputWidth() int {
	switch {
	case f.embedding != nil:
		return f.embedding.Width()
	case f.seen != nil && f.input.Tokens == nil:
		return len(f.input.Values) / max(1, f.extent.Rows())
	}
	return 0
}
