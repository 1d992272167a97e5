package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// InitialState says what a sequence starts from when it is given no state.
type InitialState string

const (
	ZeroState    InitialState = "zeros"
	LearnedState InitialState = "learned" // a parameter for each carry, one for all sequences, that begins as zeros
)

// start is a learned initial state: where no state is given or carried on, every sequence starts from the parameters
//
//	s(0) = rnn.h0_l{k}, for an LSTM also rnn.c0_l{k}, for a second direction with _reverse, [H] each; pattern 2 rnn.y0_l0 [O]
//
// and their gradient is Σ over sequences of ∂L/∂s(0). The slices run as the network's carries do; without learned states
// they are empty.
type start struct {
	values, gradients [][]float32
	taken             bool // the run at hand starts from them
}

func startName(state string) string { return "rnn." + state[:1] + "0" + state[1:] } // h_l0: rnn.h0_l0

// startParameters adds the learned initial states to a table.
func (c Config) startParameters(table *tensor.Table) {
	if c.InitialState != LearnedState {
		return
	}
	for _, s := range c.stateShapes() {
		table.Add(startName(s.Name), s.Shape[1])
	}
}

func newStart(c Config, weights, gradients tensor.Arena) (s start) {
	if c.InitialState == LearnedState {
		for _, shape := range c.stateShapes() {
			name := startName(shape.Name)
			s.values, s.gradients = append(s.values, weights.Named(name)), append(s.gradients, gradients.Named(name))
		}
	}
	return s
}

// fill puts every sequence of a run at the start: at the learned states, or at zeros.
func (s *start) fill(carries []cell.Carry, e cell.Extent) {
	s.taken = len(s.values) > 0
	for i, c := range carries {
		initial := c.Initial(e)
		if !s.taken {
			clear(initial)
			continue
		}
		for b := range e.Batch {
			copy(initial[b*c.Hidden:], s.values[i])
		}
	}
}

// backward adds the gradient of the learned states, once the carries hold that on the initial ones.
func (s *start) backward(carries []cell.Carry, batch int) {
	for i, c := range carries {
		if s.taken {
			kernel.ColumnSums(s.gradients[i], c.Gradient, c.Hidden, batch, c.Hidden)
		}
	}
}
