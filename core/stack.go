package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// stack is an embedding if there is one and recurrent layers with dropout on their outputs. What it puts out is the top
// layer's output at every step, or, for who answers once, behind the last.
type stack struct {
	extent    cell.Extent
	embedding *cell.Embedding
	layers    []cell.Layer
	dropouts  []*cell.Dropout // one a layer; nil: none
	last      bool
	masks     masks
	held      []cell.Carry
	suffixes  [][2]string // of a layer's two directions

	input    cell.Input
	training bool
	inputs   []cell.Input                      // what each layer read
	d        [2][]float32                      // gradients on a layer's outputs and on its inputs, [T, B, ·]
	dtop     []float32                         // [B, ·], for who answers once
	seen     func(layer int, dh, dx []float32) // for who looks on: the gradients behind a layer
	dinputs  []float32                         // for who looks on: [T, B, ·], the gradient on what the bottom layer read
}

func newStack(h half, bind binding, source *random.Source) *stack {
	s := &stack{masks: newMasks(source)}
	embedding, inputs, tokens := h.newEmbedding(bind)
	s.embedding = embedding
	for k, l := range h.layers {
		made := newLayer(l, inputs, tokens, bind(h.prefix+"rnn.", layerSuffix(k)))
		if l.Bidirectional {
			reverse := newLayer(l, inputs, tokens, bind(h.prefix+"rnn.", layerSuffix(k)+directionSuffix(1)))
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

// forward gives the top's outputs, [topRows, ·], valid until the next begin.
func (s *stack) forward(x cell.Input, training bool) (top []float32) {
	s.input, s.training = x, training
	if s.embedding != nil {
		x = cell.Input{Values: s.embedding.Forward(x.Tokens)}
	}
	for k, l := range s.layers {
		s.inputs[k] = x
		l.Forward(x)
		top = l.Outputs()
		if s.answersOnce(k) {
			top = l.Final("h")
		}
		if s.drops(k) {
			top = s.drop(k, top)
		}
		x = cell.Input{Values: top}
	}
	return top
}

// drop gives what is left of layer k's outputs, of all steps or of the one answer.
func (s *stack) drop(k int, outputs []float32) []float32 {
	first := s.extent.First
	if s.answersOnce(k) {
		first = 0 // the one answer is drawn for wherever the run is cut
	}
	s.masks.layer = k
	return s.dropouts[k].Forward(outputs, first, s.extent.Batch*s.layers[k].Width(), &s.masks)
}

// redraw implements [network].
func (s *stack) redraw() { s.masks.key = s.masks.source.Uint64() }

func (s *stack) drops(k int) bool       { return s.training && s.dropouts[k] != nil }
func (s *stack) answersOnce(k int) bool { return s.last && k == len(s.layers)-1 }

// topRows is the number of rows that the stack puts out: T·B, or B.
func (s *stack) topRows() int {
	if s.last {
		return s.extent.Batch
	}
	return s.extent.Rows()
}

// topGradient is where the gradient on forward's result is to be written, before backward.
func (s *stack) topGradient() []float32 {
	rows, widest := s.extent.Rows(), s.inputWidth()
	for _, l := range s.layers {
		widest = max(widest, l.Width())
	}
	for i := range s.d {
		s.d[i] = tensor.Grow(s.d[i], rows*widest)
	}
	width := s.layers[len(s.layers)-1].Width()
	if s.last {
		s.dtop = tensor.Grow(s.dtop, s.extent.Batch*width)
		return s.dtop
	}
	return s.d[0][:rows*width]
}

func (s *stack) backward() {
	rows := s.extent.Rows()
	dh, dx := s.d[0], s.d[1]
	for k := len(s.layers) - 1; k >= 0; k-- {
		d := dh[:rows*s.layers[k].Width()]
		if s.answersOnce(k) {
			d = s.dtop
		}
		if s.drops(k) {
			s.dropouts[k].Backward(d)
		}
		if s.answersOnce(k) {
			s.layers[k].FinalGradient("h", d)
			d = dh[:rows*s.layers[k].Width()]
			clear(d)
		}
		below := s.below(dx, k, rows)
		s.layers[k].Backward(s.inputs[k], d, below)
		if s.seen != nil {
			s.seen(k, d, below)
		}
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
	if width := s.inputWidth(); width > 0 {
		return dx[:rows*width]
	}
	return nil
}

// inputWidth is the number of values a step on which somebody wants the gradient: an embedding, or who looks on.
func (s *stack) inputWidth() int {
	if s.embedding != nil {
		return s.embedding.Width()
	}
	if s.seen != nil && s.input.Tokens == nil {
		return len(s.input.Values) / max(1, s.extent.Rows())
	}
	return 0
}
