// Package data cuts training windows out of sequences.
package data

import (
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/text"
)

// Streams reads one long token sequence as B parallel streams, a window of T steps at a time, for truncated
// BPTT with carried state: stream b is the b-th of B equal contiguous parts, and window k+1 of a stream begins
// where window k ended. A pass over all windows is an epoch; the part of a stream that does not fill a window
// is made up for by starting every epoch at another offset.
type Streams struct {
	tokens       []int32
	batch, steps int
	source       *random.Source
	length       int // inputs that each stream has in this epoch
	offset       int
	position     int
}

// NewStreams checks that every stream holds at least one window: B·T + 1 tokens in all.
func NewStreams(tokens []int32, batch, steps int, source *random.Source) (*Streams, error) {
	if need := batch*steps + 1; len(tokens) < need {
		return nil, text.Errorf("the text has %d tokens, batch %d × steps %d needs %d (batch·steps + 1)",
			len(tokens), batch, steps, need)
	}
	s := &Streams{tokens: tokens, batch: batch, steps: steps, source: source}
	s.begin()
	return s, nil
}

// WindowsPerEpoch is the number of windows in an epoch.
func (s *Streams) WindowsPerEpoch() int { return (len(s.tokens) - 1) / s.batch / s.steps }

// begin starts an epoch. What is left over when whole windows are cut for all streams is the room in which the
// epoch's offset is drawn.
func (s *Streams) begin() {
	spare := len(s.tokens) - 1 - s.batch*s.WindowsPerEpoch()*s.steps
	s.length = s.WindowsPerEpoch() * s.steps
	s.offset = s.source.Intn(spare + 1)
	s.position = 0
}

// Next fills inputs and targets, both time-major [T, B], with the next window; targets are the inputs one step
// later. first says that the window begins an epoch, so that the carried state must be cleared.
func (s *Streams) Next(inputs, targets []int32) (first bool) {
	if s.position == s.length {
		s.begin()
	}
	first = s.position == 0
	for t := range s.steps {
		for b := range s.batch {
			at := s.offset + b*s.length + s.position + t
			inputs[t*s.batch+b] = s.tokens[at]
			targets[t*s.batch+b] = s.tokens[at+1]
		}
	}
	s.position += s.steps
	return first
}

// Windows reads random windows of a token sequence: every window of every batch begins at its own place, and
// nothing is carried from one to the next.
type Windows struct {
	tokens       []int32
	batch, steps int
	source       *random.Source
}

// NewWindows checks that there is at least one window: T + 1 tokens.
func NewWindows(tokens []int32, batch, steps int, source *random.Source) (*Windows, error) {
	if need := steps + 1; len(tokens) < need {
		return nil, text.Errorf("the text has %d tokens, a window of %d steps needs %d (steps + 1)", len(tokens), steps, need)
	}
	return &Windows{tokens, batch, steps, source}, nil
}

// WindowsPerEpoch is the number of batches after which as many tokens were read as there are.
func (w *Windows) WindowsPerEpoch() int { return max(1, (len(w.tokens)-1)/(w.batch*w.steps)) }

// Next fills inputs and targets, both time-major [T, B]; every window stands on its own.
func (w *Windows) Next(inputs, targets []int32) (first bool) {
	for b := range w.batch {
		at := w.source.Intn(len(w.tokens) - w.steps)
		for t := range w.steps {
			inputs[t*w.batch+b] = w.tokens[at+t]
			targets[t*w.batch+b] = w.tokens[at+t+1]
		}
	}
	return true
}
