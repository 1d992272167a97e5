package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/random"
)

// masks draws for dropout. A run has one key, from the model's generator; layer and step choose the sequence of draws.
type masks struct {
	source *random.Source // of the keys
	key    uint64
	layer  int
	draws  *random.Source
}

func newMasks(source *random.Source) masks { return masks{source: source, draws: random.New(0, 0)} }

// Step implements [cell.Masks].
func (m *masks) Step(t int) cell.Uniform {
	m.draws.Seek(m.key, uint64(m.layer)<<32|uint64(t))
	return m.draws
}
