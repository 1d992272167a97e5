package core

import (
	"math"
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// search is a beam search for all sources of a batch at once. All live hypotheses take a step together, each with its
// own state of the decoder. Of a source's hypotheses and all their continuations the k likeliest stay; k is the beam less
// the hypotheses that have ended, so a beam of 1 takes the likeliest token each time, and the search ends by itself.
type search struct {
	model    *Model
	network  *translator
	options  DecodeOptions
	tokens   int          // written by each live hypothesis
	live     []hypothesis // those of a source in a row
	ended    [][]Decoded  // by place of the source
	previous carried      // the decoder's state behind the latest step, a row each hypothesis of then

	given, from []int32 // what the live hypotheses read, and their sources
	parents     []int32 // rows of previous
	next        []hypothesis
	candidates  []candidate
}

// hypothesis is the beginning of a target.
type hypothesis struct {
	source  int // place of the source
	parent  int // row of the state that it goes on from
	written []int32
	log     float64 // probability of written
}

// candidate is a hypothesis with one token more.
type candidate struct {
	row   int
	token int32
	log   float64
}

func newSearch(m *Model, t *translator, sources int, o DecodeOptions) *search {
	s := &search{model: m, network: t, options: o, ended: make([][]Decoded, sources)}
	for place := range sources {
		s.live = append(s.live, hypothesis{source: place, written: []int32{}})
	}
	return s
}

// all searches to the end. The targets are by sequence of the batch, which lies as a says.
func (s *search) all(a *arrangement) ([][]Decoded, error) {
	for len(s.live) > 0 && s.tokens < s.options.Length {
		logits := s.run()
		if i := firstNonFinite(logits); i >= 0 {
			return nil, Errorf(CodeNumeric, "decode: an output of step %d is %v, want a finite number", s.tokens, logits[i])
		}
		s.step(logits)
	}
	for _, h := range s.live {
		s.ended[h.source] = append(s.ended[h.source], Decoded{h.written, h.log})
	}
	results := make([][]Decoded, len(s.ended))
	for place, list := range s.ended {
		s.options.rank(list)
		results[a.place(place)] = list
	}
	return results, nil
}

// step writes one token more to every live hypothesis.
func (s *search) step(logits []float32) {
	s.next = s.next[:0]
	for first := 0; first < len(s.live); {
		last := first + 1
		for last < len(s.live) && s.live[last].source == s.live[first].source {
			last++
		}
		s.branch(logits, first, last)
		first = last
	}
	s.live, s.next = s.next, s.live
	s.tokens++
}

// run gives the logits [live, O] of the next token.
func (s *search) run() []float32 {
	t := s.network
	s.given, s.from, s.parents = s.given[:0], s.from[:0], s.parents[:0]
	for _, h := range s.live {
		token := int32(s.model.config.Decoder.Begin)
		if n := len(h.written); n > 0 {
			token = h.written[n-1]
		}
		s.given, s.from, s.parents = append(s.given, token), append(s.from, int32(h.source)), append(s.parents, int32(h.parent))
	}
	t.write(cell.Extent{Batch: len(s.live), Steps: 1}, s.given, s.from)
	if s.tokens == 0 {
		t.handOver()
	} else {
		for i, c := range t.decoder.carries() {
			kernel.GatherRows(c.Initial(t.decoder.extent), c.Hidden, s.previous[i], c.Hidden, s.parents, c.Hidden)
		}
	}
	logits := t.decode(false)
	for i, c := range t.decoder.carries() {
		if i == len(s.previous) {
			s.previous = append(s.previous, nil)
		}
		last := c.Last(t.decoder.extent)
		s.previous[i] = tensor.Grow(s.previous[i], len(last))
		copy(s.previous[i], last)
	}
	return logits
}

// branch continues the live hypotheses first … last-1, which have one source.
func (s *search) branch(logits []float32, first, last int) {
	classes, source := s.model.config.Output.Classes, s.live[first].source
	keep := s.options.Beam - len(s.ended[source])
	s.candidates = s.candidates[:0]
	for row := first; row < last; row++ {
		o := logits[row*classes:][:classes]
		norm := logSumExp(o)
		for token, v := range o {
			s.offer(candidate{row, int32(token), s.live[row].log + float64(v) - norm}, keep)
		}
	}
	for _, c := range s.candidates {
		written := s.live[c.row].written
		if int(c.token) == s.model.config.Decoder.End {
			s.ended[source] = append(s.ended[source], Decoded{written, c.log})
			continue
		}
		written = append(slices.Clip(written), c.token)
		s.next = append(s.next, hypothesis{source, c.row, written, c.log})
	}
}

// offer keeps a candidate if it is among the likeliest; of equals the first comes first.
func (s *search) offer(c candidate, keep int) {
	if len(s.candidates) == keep {
		if c.log <= s.candidates[keep-1].log {
			return
		}
		s.candidates = s.candidates[:keep-1]
	}
	at := len(s.candidates)
	s.candidates = append(s.candidates, c)
	for ; at > 0 && s.candidates[at-1].log < c.log; at-- {
		s.candidates[at] = s.candidates[at-1]
	}
	s.candidates[at] = c
}

// logSumExp is log Σ exp x, in float64.
func logSumExp(x []float32) float64 {
	top := float64(slices.Max(x))
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}
