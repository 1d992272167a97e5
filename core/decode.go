package core

import "math"

// DecodeOptions sets how [Model.Decode] looks for the likeliest target.
type DecodeOptions struct {
	Beam          int     // hypotheses that are kept; 1 or 0: greedy, the likeliest token, or with CTC the likeliest path
	Length        int     // decoder: at most so many tokens are written, the end mark counted; 0: twice the steps of the batch and ten
	LengthPenalty float64 // α ≥ 0: n tokens of probability p are ranked by log p / ((5+n)/6)^α; 0: by their probability
}

// Decoded is one target that a model has written.
type Decoded struct {
	Tokens         []int32 // without the end mark, and without blanks
	LogProbability float64 // of Tokens and, where one was written, the end mark behind them; with CTC, of all paths; natural logarithm
}

// largestBeam bounds what a search keeps; what is found hardly changes beyond some tens.
const largestBeam = 1 << 10

// Decode reads the sources of a batch and writes a target for each: at most Beam of them, the best first. It looks
// neither at targets nor at a mask. A hypothesis of a decoder that reaches Length without the end mark is cut there.
func (m *Model) Decode(b Batch, o DecodeOptions) ([][]Decoded, error) {
	if !m.config.ownTargets() {
		return nil, Errorf(CodeUnsupported, "decode: the model answers step by step what it reads; want a decoder or loss %q", CTC)
	}
	if m.config.Loss == CTC && o.Length != 0 {
		return nil, Errorf(CodeConfig, "decode: length is %d, but goes with a decoder alone; a labelling has no more labels than its source has steps", o.Length)
	}
	b.Targets, b.TargetValues, b.TargetLengths, b.Mask, b.TeacherForcing = nil, nil, nil, nil, nil
	if o.Beam == 0 {
		o.Beam = 1
	}
	if err := m.checkSource("decode", b); err != nil {
		return nil, err
	}
	if o.Length == 0 {
		o.Length = 2*b.Steps + 10
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := m.checkMemory("decode", b.Batch, b.Steps, 0); err != nil {
		return nil, err
	}
	t, ok := m.network.(*translator)
	if !ok {
		return m.label(b, o)
	}
	if err := m.checkMemory("decode", b.Batch*o.Beam, 1, 1); err != nil {
		return nil, err
	}
	m.load(b)
	t.encode(m.input(), false)
	return newSearch(m, t, b.Batch, o).all(&m.run.arrangement)
}

func (o DecodeOptions) check() error {
	switch {
	case o.Beam < 1 || o.Beam > largestBeam:
		return Errorf(CodeRange, "decode: beam is %d, want 1 … %d", o.Beam, largestBeam)
	case o.Length < 1 || o.Length > largestRows:
		return Errorf(CodeRange, "decode: length is %d, want 1 … %d", o.Length, largestRows)
	case !(o.LengthPenalty >= 0) || !finite(o.LengthPenalty):
		return Errorf(CodeRange, "decode: lengthPenalty is %v, want a finite number, 0 or above", o.LengthPenalty)
	}
	return nil
}

// score makes targets of unlike lengths comparable.
//
// Y. Wu et al., Google's neural machine translation system (2016), equation 14.
func (o DecodeOptions) score(d Decoded) float64 {
	return d.LogProbability / math.Pow(float64(5+len(d.Tokens))/6, o.LengthPenalty)
}

// rank puts the best first, of equals the earlier; by insertion, for there are at most as many as a beam is wide, and a
// sort of the library's for one more type would be 10 KB of code.
func (o DecodeOptions) rank(list []Decoded) {
	for i, d := range list {
		for ; i > 0 && o.score(list[i-1]) < o.score(d); i-- {
			list[i] = list[i-1]
		}
		list[i] = d
	}
}
