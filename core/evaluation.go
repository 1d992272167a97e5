package core

import "github.com/unfold-rnn/unfold/core/cell"

// judge computes the loss on held-out data, a piece at a time.
type judge interface {
	begin()
	// advance judges one piece and gives its mean loss.
	advance(m *Model) (finished bool, loss float64)
	loss() float64
}

// newJudge gives nil where nothing is held out.
func newJudge(corpus Corpus, o TrainingOptions) judge {
	if s := corpus.ValidationSequences; s != nil {
		batches := s.heldOut(o.Batch, o.Validation.Tokens)
		if len(batches) == 0 {
			return nil
		}
		return &sequenceEvaluation{plan: plan{segment: o.Recompute}, sequences: s, batches: batches}
	}
	v := newEvaluation(corpus.Validation, o)
	if v.length == 0 {
		return nil
	}
	return &v
}

// sequenceEvaluation computes the loss on held-out sequences, a batch at a time.
type sequenceEvaluation struct {
	plan      plan
	sequences *Sequences
	batches   [][]int
	next      int
	total     float64
	count     int
}

func (v *sequenceEvaluation) begin() { v.next, v.total, v.count = 0, 0, 0 }

func (v *sequenceEvaluation) advance(m *Model) (finished bool, loss float64) {
	b := v.sequences.gather(m, v.batches[v.next])
	m.walk.plan = v.plan
	m.load(b)
	m.force(1)
	n := b.Batch // CTC and a readout at the end judge sequences, the others steps
	if m.config.Readout == Every && m.config.Loss != CTC {
		n = m.answering().valid()
	}
	loss = m.onlyLoss()
	v.total += loss * float64(n)
	v.count += n
	v.next++
	return v.next == len(v.batches), loss
}

func (v *sequenceEvaluation) loss() float64 { return v.total / float64(v.count) }

// evaluation computes the loss on held-out tokens, one window at a time: the tokens are cut into parallel streams
// that start from a zero state and carry it to their end, so nearly every token is judged with a long past.
type evaluation struct {
	plan          plan
	ids           []int32
	batch, length int // streams and inputs in each
	window        int // steps read at a time
	position      int
	state         carried
	total         float64 // Σ over windows of mean loss × tokens
	count         int
}

func newEvaluation(ids []int32, o TrainingOptions) evaluation {
	n := min(len(ids)-1, o.Validation.Tokens) // inputs
	if n < 1 {
		return evaluation{}
	}
	batch := max(1, min(o.Batch, n/o.Steps))
	return evaluation{plan: plan{segment: o.Recompute}, ids: ids, batch: batch, length: n / batch, window: o.Steps}
}

func (v *evaluation) begin() { v.position, v.total, v.count = 0, 0, 0 }

// advance reads one window and says whether it was the last, and its mean loss.
func (v *evaluation) advance(m *Model) (finished bool, loss float64) {
	e := cell.Extent{Batch: v.batch, Steps: min(v.window, v.length-v.position)}
	m.walk.plan = v.plan
	m.begin(e)
	m.run.ids = growIDs(m.run.ids, e.Rows())
	for t := range e.Steps {
		for b := range e.Batch {
			at := b*v.length + v.position + t
			m.run.inputs[t*e.Batch+b] = v.ids[at]
			m.run.ids[t*e.Batch+b] = v.ids[at+1]
		}
	}
	if v.position > 0 {
		m.resume(v.state)
	}
	m.weigh(nil, 0)
	m.force(1)
	loss = m.onlyLoss()
	v.total += loss * float64(e.Rows())
	v.count += e.Rows()
	m.keep(&v.state)
	v.position += e.Steps
	return v.position == v.length, loss
}

func (v *evaluation) loss() float64 { return v.total / float64(v.count) }
