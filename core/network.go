package core

import (
	"fmt"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/loss"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// network is what a model unfolds: a [stack] of recurrent layers under a readout, or pattern 2's [feedback].
type network interface {
	refresh()
	begin(e cell.Extent)
	carries() []cell.Carry
	// forward gives what the readout gives, [rows, O]: rows are the T·B steps, or the B sequences when it answers once.
	forward(x cell.Input, training bool) []float32
	// backward takes the gradient on that and fills the gradients of all parameters, zero before.
	backward(do []float32)
}

// table lists the parameters from bottom to top under PyTorch's names.
func (c Config) table() *tensor.Table {
	table := &tensor.Table{}
	inputs := c.Input.Tokens + c.Input.Features
	if c.Embedding > 0 {
		table.Add("embedding.weight", c.Input.Tokens, c.Embedding)
		inputs = c.Embedding
	}
	for k, l := range c.Layers {
		if l.Recurrence == FromOutput {
			cell.Binding{Prefix: "rnn.", Suffix: layerSuffix(k)}.JordanParameters(table, inputs, l.Hidden, c.Output.width())
			inputs = l.Hidden
			continue
		}
		for direction := range l.directions() {
			binding := cell.Binding{Prefix: "rnn.", Suffix: layerSuffix(k) + directionSuffix(direction)}
			binding.Parameters(table, l.Cell.gates(), inputs, l.Hidden, l.LayerNorm)
		}
		inputs = l.width()
	}
	c.startParameters(table)
	table.Add("head.weight", c.Output.width(), inputs)
	table.Add("head.bias", c.Output.width())
	return table
}

func layerSuffix(k int) string { return fmt.Sprintf("_l%d", k) }

func directionSuffix(direction int) string {
	if direction == 1 {
		return "_reverse"
	}
	return ""
}

// newLoss is the loss of the config's output.
func (o Output) newLoss() loss.Loss {
	switch {
	case o.Values > 0:
		return &loss.SquaredError{}
	case o.Labels > 0:
		return &loss.BinaryCrossEntropy{}
	}
	return &loss.CrossEntropy{}
}

// binder finds the tensors of a prefix and a suffix in a model's arenas.
func binder(weights, gradients tensor.Arena) func(prefix, suffix string) cell.Binding {
	return func(prefix, suffix string) cell.Binding {
		return cell.Binding{Prefix: prefix, Suffix: suffix, Weights: weights, Grads: gradients}
	}
}

// newEmbedding gives the embedding, nil where there is none, and what the bottom layer reads: so many inputs, and
// whether they are tokens.
func (c Config) newEmbedding(bind func(prefix, suffix string) cell.Binding) (e *cell.Embedding, inputs int, tokens bool) {
	if c.Embedding > 0 {
		return cell.NewEmbedding(c.Embedding, bind("embedding.", "")), c.Embedding, false
	}
	return nil, c.Input.Tokens + c.Input.Features, c.Input.Tokens > 0
}

// stack is patterns 1 and 3: an embedding if there is one, recurrent layers with dropout between, a readout at every
// step or behind the last.
type stack struct {
	extent    cell.Extent
	embedding *cell.Embedding
	layers    []cell.Layer
	dropouts  []*cell.Dropout // one a layer; nil: none
	readout   *cell.Readout
	last      bool
	masks     masks
	held      []cell.Carry
	suffixes  [][2]string // of a layer's two directions

	input    cell.Input
	training bool
	inputs   []cell.Input // what each layer read
	top      []float32    // what the readout read
	d        [2][]float32 // gradients on a layer's outputs and on its inputs, [T, B, ·]
	dfinal   []float32    // [B, ·]
}

func newStack(c Config, weights, gradients tensor.Arena, source *random.Source) *stack {
	s := &stack{last: c.Readout == Last, masks: newMasks(source)}
	bind := binder(weights, gradients)
	embedding, inputs, tokens := c.newEmbedding(bind)
	s.embedding = embedding
	for k, l := range c.Layers {
		made := newLayer(l, inputs, tokens, bind("rnn.", layerSuffix(k)))
		if l.Bidirectional {
			reverse := newLayer(l, inputs, tokens, bind("rnn.", layerSuffix(k)+directionSuffix(1)))
			made = cell.NewBidirectional(made, reverse, l.Merge)
		}
		var dropout *cell.Dropout
		if l.Dropout > 0 {
			dropout = cell.NewDropout(l.Dropout)
		}
		s.layers, s.dropouts = append(s.layers, made), append(s.dropouts, dropout)
		s.suffixes = append(s.suffixes, [2]string{layerSuffix(k), layerSuffix(k) + directionSuffix(1)})
		inputs, tokens = made.Width(), false
	}
	s.readout = cell.NewReadout(inputs, c.Output.width(), bind("head.", ""))
	s.inputs = make([]cell.Input, len(s.layers))
	return s
}

func newLayer(l Layer, inputs int, tokens bool, bind cell.Binding) cell.Layer {
	switch {
	case l.Cell == LSTM:
		return cell.NewLSTM(inputs, l.Hidden, tokens, l.LayerNorm, bind)
	case l.Cell == GRU && l.ResetBefore:
		return cell.NewGRUResetBefore(inputs, l.Hidden, tokens, l.LayerNorm, bind)
	case l.Cell == GRU:
		return cell.NewGRU(inputs, l.Hidden, tokens, l.LayerNorm, bind)
	}
	return cell.NewElman(inputs, l.Hidden, tokens, l.LayerNorm, l.Activation == Relu, bind)
}

func (s *stack) refresh() {
	for _, l := range s.layers {
		l.Refresh()
	}
	s.readout.Refresh()
}

func (s *stack) begin(e cell.Extent) {
	s.extent = e
	s.held = s.held[:0]
	for k, l := range s.layers {
		l.Begin(e)
		for _, c := range l.Carries() {
			c.Suffix = s.suffixes[k][0]
			if c.Reverse {
				c.Suffix = s.suffixes[k][1]
			}
			s.held = append(s.held, c)
		}
	}
}

func (s *stack) carries() []cell.Carry { return s.held }

func (s *stack) forward(x cell.Input, training bool) []float32 {
	s.input, s.training = x, training
	if s.embedding != nil {
		x = cell.Input{Values: s.embedding.Forward(x.Tokens)}
	}
	rows := s.extent.Rows()
	for k, l := range s.layers {
		s.inputs[k] = x
		l.Forward(x)
		s.top = l.Outputs()
		if k == len(s.layers)-1 && s.last {
			s.top, rows = l.Final(), s.extent.Batch
		}
		if s.drops(k) {
			s.top = s.drop(k)
		}
		x = cell.Input{Values: s.top}
	}
	return s.readout.Forward(s.top, rows)
}

// drop gives what is left of layer k's outputs, of all steps or of the one answer.
func (s *stack) drop(k int) []float32 {
	first := s.extent.First
	if k == len(s.layers)-1 && s.last {
		first = 0 // the one answer is drawn for wherever the run is cut
	}
	s.masks.layer = k
	return s.dropouts[k].Forward(s.top, first, s.extent.Batch*s.layers[k].Width(), &s.masks)
}

// redraw makes the masks of the next run others than those of the one before.
func (s *stack) redraw() { s.masks.key = s.masks.source.Uint64() }

func (s *stack) drops(k int) bool { return s.training && s.dropouts[k] != nil }

func (s *stack) backward(do []float32) {
	rows, widest := s.extent.Rows(), 0
	for _, l := range s.layers {
		widest = max(widest, l.Width())
	}
	for i := range s.d {
		s.d[i] = tensor.Grow(s.d[i], rows*max(widest, s.inputWidth()))
	}
	dh, dx := s.d[0], s.d[1]
	for k := len(s.layers) - 1; k >= 0; k-- {
		width := s.layers[k].Width()
		d := dh[:rows*width]
		switch {
		case k < len(s.layers)-1:
		case s.last:
			s.dfinal = tensor.Grow(s.dfinal, s.extent.Batch*width)
			s.readout.Backward(s.top, do, s.dfinal, s.extent.Batch)
			d = s.dfinal
		default:
			s.readout.Backward(s.top, do, d, rows)
		}
		if s.drops(k) {
			s.dropouts[k].Backward(d)
		}
		if k == len(s.layers)-1 && s.last {
			s.layers[k].FinalGradient(d)
			d = dh[:rows*width]
			clear(d)
		}
		below := s.below(dx, k, rows)
		s.layers[k].Backward(s.inputs[k], d, below)
		if k == 0 && s.embedding != nil {
			s.embedding.Backward(s.input.Tokens, below)
		}
		dh, dx = dx, dh
	}
}

// below is where layer k's gradient on its inputs goes; nil where nobody needs it.
func (s *stack) below(dx []float32, k, rows int) []float32 {
	if k > 0 {
		return dx[:rows*s.layers[k-1].Width()]
	}
	if s.embedding != nil {
		return dx[:rows*s.inputWidth()]
	}
	return nil
}

func (s *stack) inputWidth() int {
	if s.embedding == nil {
		return 0
	}
	return s.embedding.Width()
}

// feedback is pattern 2.
type feedback struct {
	extent    cell.Extent
	embedding *cell.Embedding
	jordan    *cell.Jordan
	input     cell.Input
	read      cell.Input
	dx        []float32
}

func newFeedback(c Config, weights, gradients tensor.Arena, output loss.Loss) *feedback {
	bind := binder(weights, gradients)
	embedding, inputs, tokens := c.newEmbedding(bind)
	f, l := &feedback{embedding: embedding}, c.Layers[0]
	readout := cell.NewReadout(l.Hidden, c.Output.width(), bind("head.", ""))
	f.jordan = cell.NewJordan(inputs, l.Hidden, c.Output.width(), tokens, l.Activation == Relu, bind("rnn.", layerSuffix(0)), readout, output)
	return f
}

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
	if f.embedding == nil {
		f.jordan.Backward(f.read, do, nil)
		return
	}
	f.dx = tensor.Grow(f.dx, f.extent.Rows()*f.embedding.Width())
	f.jordan.Backward(f.read, do, f.dx)
	f.embedding.Backward(f.input.Tokens, f.dx)
}
