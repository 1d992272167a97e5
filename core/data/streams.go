// Package data cuts training windows out of sequences.
package data

import (
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/text"
)

// Streams reads one long token sequence as B parallel streams, a window of T steps at a time, for truncated BPTT with
// carried state: stream b is the b-th of B equal contiguous parts, and window k+1 of a stream begins K steps behind window
// k. With K = T windows lie end to end; with K < T, truncated BPTT(T; K), a window looks back over the T - K steps before its
// K new ones. A pass over all windows is an epoch; the part of a stream that does not fill a window is made up for by
// starting every epoch at another offset.
//
// R. J. Williams, J. Peng, An efficient gradient-based algorithm for on-line training of recurrent network trajectories,
// Neural Computation 2 (1990).
type Streams struct {
	tokens               []int32
	batch, steps, stride int
	source               *random.Source
	windows              int // that each stream has in an epoch
	offset               int
	next                 int // window
}

// NewStreams checks that every stream holds at least one window: B·T + 1 tokens in all.
func NewStreams(tokens []int32, batch, steps, stride int, source *random.Source) (*Streams, error) {
	if need := batch*steps + 1; len(tokens) < need {
		return nil, text.Errorf("the text has %d tokens, batch %d × steps %d needs %d (batch·steps + 1)",
			len(tokens), batch, steps, need)
	}
	s := &Streams{tokens: tokens, batch: batch, steps: steps, stride: stride, source: source}
	s.windows = ((len(tokens)-1)/batch-steps)/stride + 1
	s.begin()
	return s, nil
}

// WindowsPerEpoch is the number of windows in an epoch.
func (s *Streams) WindowsPerEpoch() int { return s.windows }

// length is the number of inputs that each stream has in an epoch.
func (s *Streams) length() int { return (s.windows-1)*s.stride + s.steps }

// begin starts an epoch. What is left over when whole windows are cut for all streams is the room in which the
// epoch's offset is drawn.
func (s *Streams) begin() {
	s.offset = s.source.Intn(len(s.tokens) - s.batch*s.length())
	s.next = 0
}

// Next fills inputs and targets, both time-major [T, B], with the next window; targets are the inputs one step
// later. first says that the window begins an epoch, so that the carried state must be cleared and no step of the window
// was in one before.
func (s *Streams) Next(inputs, targets []int32) (first bool) {
	if s.next == s.windows {
		s.begin()
	}
	first = s.next == 0
	for t := range s.steps {
		for b := range s.batch {
			at := s.offset + b*s.length() + s.next*s.stride + t
			inputs[t*s.batch+b] = s.tokens[at]
			targets[t*s.batch+b] = s.tokens[at+1]
		}
	}
	s.next++
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
