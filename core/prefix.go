package core

import (
	"math"
	"slices"
	"unsafe"

	"github.com/unfold-rnn/unfold/core/loss"
)

// prefixSearch looks for the likeliest labellings of one sequence under CTC. Step by step it keeps the likeliest
// beginnings of labellings, each with the probability of all its paths so far, in two parts: those that end with a blank,
// behind which the same label once more is a new one, and those that end with the last label. For a beginning ℓ with the
// last label e, all in logarithms of the sums:
//
//	blank(t,ℓ) = (blank + label)(t-1,ℓ) · ŷ(t)[blank]
//	label(t,ℓ) = label(t-1,ℓ) · ŷ(t)[e] + what comes from ℓ without e
//	ℓ goes to ℓe with blank(t-1,ℓ) · ŷ(t)[e], and to ℓk with (blank + label)(t-1,ℓ) · ŷ(t)[k] for k ≠ e
//
// A. Hannun, A. Maas, D. Jurafsky, A. Ng, First-pass large vocabulary continuous speech recognition using bi-directional
// recurrent DNNs (2014), here without a language model.
type prefixSearch struct {
	read       *loss.Distributions
	classes    int
	beam       int
	prefixes   []prefix // a tree; the root, 0, is the empty beginning
	live       []int32  // the beginnings that are kept
	candidates []extension
	y          []float64 // log ŷ(t)
	taken      []bool    // by label: the beginning has this continuation among those kept
}

// prefix is a beginning of a labelling.
type prefix struct {
	parent         int32
	last           int32 // its last label; the blank for the root
	child, sibling int32 // 0: none
	live           bool
	blank, label   float64 // logarithms, as of the step before
	score          float64 // of both together
	nextBlank      float64
	nextLabel      float64
}

// prefixBytes is the room of a beginning.
const prefixBytes = int(unsafe.Sizeof(prefix{}))

// extension is a beginning, or one more label behind it, as a candidate for the next step.
type extension struct {
	of    int32
	label int32 // the blank: the beginning itself
	score float64
}

func newPrefixSearch(read *loss.Distributions, classes, beam int) *prefixSearch {
	nothing := math.Inf(-1)
	return &prefixSearch{
		read: read, classes: classes, beam: beam,
		prefixes: []prefix{{parent: -1, last: loss.Blank, live: true, label: nothing}}, live: []int32{0},
		y: make([]float64, classes), taken: make([]bool, classes),
	}
}

// all reads every step and gives the labellings with log p as far as their paths were followed, the likeliest first.
func (s *prefixSearch) all() (found []Decoded) {
	for t := range s.read.Steps() {
		for k := range s.y {
			s.y[k] = s.read.Log(t, int32(k))
		}
		s.step()
	}
	for _, at := range s.live {
		found = append(found, Decoded{s.labels(at), s.prefixes[at].score})
	}
	return found
}

func (s *prefixSearch) step() {
	for _, at := range s.live {
		p := &s.prefixes[at]
		p.nextBlank, p.nextLabel = p.score+s.y[loss.Blank], math.Inf(-1)
		if p.parent < 0 {
			continue
		}
		p.nextLabel = p.label + s.y[p.last]
		if parent := &s.prefixes[p.parent]; parent.live {
			p.nextLabel = logAdd(p.nextLabel, s.extended(parent, p.last))
		}
	}
	s.candidates = s.candidates[:0]
	for _, at := range s.live {
		p := &s.prefixes[at]
		s.offer(extension{at, loss.Blank, logAdd(p.nextBlank, p.nextLabel)})
		s.continuations(at, true)
		for label := int32(1); label < int32(s.classes); label++ {
			if !s.taken[label] {
				s.offer(extension{at, label, s.extended(p, label)})
			}
		}
		s.continuations(at, false)
	}
	s.keep()
}

// extended is what reaches a beginning with one label more at this step.
func (s *prefixSearch) extended(p *prefix, label int32) float64 {
	if label == p.last {
		return p.blank + s.y[label]
	}
	return p.score + s.y[label]
}

// continuations marks the labels behind a beginning that are among those kept: they are candidates by themselves.
func (s *prefixSearch) continuations(at int32, taken bool) {
	for child := s.prefixes[at].child; child != 0; child = s.prefixes[child].sibling {
		if s.prefixes[child].live {
			s.taken[s.prefixes[child].last] = taken
		}
	}
}

// offer keeps a candidate if it is among the likeliest; of equals the first comes first.
func (s *prefixSearch) offer(e extension) {
	if math.IsInf(e.score, -1) || len(s.candidates) == s.beam && e.score <= s.candidates[s.beam-1].score {
		return
	}
	if len(s.candidates) == s.beam {
		s.candidates = s.candidates[:s.beam-1]
	}
	at := len(s.candidates)
	s.candidates = append(s.candidates, e)
	for ; at > 0 && s.candidates[at-1].score < e.score; at-- {
		s.candidates[at] = s.candidates[at-1]
	}
	s.candidates[at] = e
}

// keep makes the candidates the beginnings of the next step.
func (s *prefixSearch) keep() {
	for _, at := range s.live {
		s.prefixes[at].live = false
	}
	s.live = s.live[:0]
	for _, c := range s.candidates {
		at := c.of
		if c.label != loss.Blank {
			at = s.continuation(c.of, c.label)
			s.prefixes[at].nextBlank, s.prefixes[at].nextLabel = math.Inf(-1), c.score
		}
		s.live = append(s.live, at)
	}
	for i, at := range s.live {
		p := &s.prefixes[at]
		p.live, p.blank, p.label, p.score = true, p.nextBlank, p.nextLabel, s.candidates[i].score
	}
}

// continuation finds a beginning with one label more, or makes it.
func (s *prefixSearch) continuation(of, label int32) int32 {
	for child := s.prefixes[of].child; child != 0; child = s.prefixes[child].sibling {
		if s.prefixes[child].last == label {
			return child
		}
	}
	at := int32(len(s.prefixes))
	s.prefixes = append(s.prefixes, prefix{parent: of, last: label, sibling: s.prefixes[of].child})
	s.prefixes[of].child = at
	return at
}

func (s *prefixSearch) labels(at int32) []int32 {
	labels := []int32{}
	for ; at != 0; at = s.prefixes[at].parent {
		labels = append(labels, s.prefixes[at].last)
	}
	slices.Reverse(labels)
	return labels
}

func logAdd(x, y float64) float64 { return loss.LogSum(x, y, math.Inf(-1)) }

// bestPath is the labelling of the path of the likeliest class at every step.
func bestPath(read *loss.Distributions) []int32 {
	labels, before := []int32{}, int32(loss.Blank)
	for t := range read.Steps() {
		class := read.Best(t)
		if class != loss.Blank && class != before {
			labels = append(labels, class)
		}
		before = class
	}
	return labels
}
