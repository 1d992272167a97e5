package core

import "github.com/unfold-rnn/unfold/core/cell"

// evaluation computes the loss on held-out tokens, one window at a time: the tokens are cut into parallel streams
// that start from a zero state and carry it to their end, so nearly every token is judged with a long past.
type evaluation struct {
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
	return evaluation{ids: ids, batch: batch, length: n / batch, window: o.Steps}
}

func (v *evaluation) possible() bool { return v.length > 0 }

func (v *evaluation) begin() { v.position, v.total, v.count = 0, 0, 0 }

// advance reads one window and says whether it was the last.
func (v *evaluation) advance(m *Model) (finished bool) {
	e := cell.Extent{Batch: v.batch, Steps: min(v.window, v.length-v.position)}
	m.begin(e)
	for t := range e.Steps {
		for b := range e.Batch {
			at := b*v.length + v.position + t
			m.run.inputs[t*e.Batch+b] = v.ids[at]
			m.run.targets[t*e.Batch+b] = v.ids[at+1]
		}
	}
	if v.position > 0 {
		m.resume(v.state)
	}
	v.total += m.lossAndGradient(m.forward()) * float64(e.Rows())
	v.count += e.Rows()
	m.keep(&v.state)
	v.position += e.Steps
	return v.position == v.length
}

func (v *evaluation) loss() float64 { return v.total / float64(v.count) }
