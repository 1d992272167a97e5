package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// run is the workspace of one unfolding, B sequences of up to T steps, time-major and from the longest sequence to the
// shortest. It grows to the largest run that the model has seen and is then reused: a training step allocates nothing.
type run struct {
	arrangement
	inputs  []int32   // [T, B]
	values  []float32 // [T, B, I]
	ids     []int32   // targets: [T, B] or [B]
	targets []float32 // [T, B, O] or [B, O]
	history int       // first steps that count nothing in the loss: an earlier window had them
	weights []float32 // one a row of outputs: what it counts in the loss, 1 in sum
	labels  [][]int32 // CTC: targets, by place
	steps   []int     // CTC: of what is read, by place; then weights are one a place

	written written // with a decoder
}

func growIDs(buf []int32, n int) []int32 {
	if cap(buf) < n {
		return make([]int32, n)
	}
	return buf[:n]
}

// begin prepares a run of whole sequences from the initial state.
func (m *Model) begin(e cell.Extent) {
	m.refresh()
	r := &m.run
	r.extent = e
	if e.Lengths == nil {
		r.order = nil
	}
	if n := m.config.Input.Features; n > 0 {
		r.values = tensor.Grow(r.values, e.Rows()*n)
	} else {
		r.inputs = growIDs(r.inputs, e.Rows())
	}
	m.judged = false
	m.network.begin(m.segment(0))
	m.start.fill(m.network.carries(), e)
}

// load brings a checked batch into the workspace.
func (m *Model) load(b Batch) {
	r := &m.run
	e := r.sort(b.Batch, b.Steps, b.Lengths)
	m.begin(e)
	if n := m.config.Input.Features; n > 0 {
		arrange(&r.arrangement, r.values, b.Features, n)
	} else {
		arrange(&r.arrangement, r.inputs, b.Inputs, 1)
	}
	if b.hasTargets() {
		m.loadTargets(b)
	}
	if b.State == nil {
		return
	}
	m.start.taken = false
	for _, c := range m.network.carries() {
		given, initial := b.State.named(c.Name+c.Suffix).Data, c.Initial(e)
		for i := range b.Batch {
			copy(initial[i*c.Hidden:(i+1)*c.Hidden], given[r.place(i)*c.Hidden:])
		}
	}
}

// loadTargets brings targets and their weights into the run's order.
func (m *Model) loadTargets(b Batch) {
	r, width := &m.run, m.config.Output.width()
	if m.config.Loss == CTC {
		m.loadLabellings(b)
		return
	}
	if t, ok := m.network.(*translator); ok {
		m.loadWritten(b, t)
	} else if m.config.Readout == Last {
		r.ids, r.targets = growIDs(r.ids, b.Batch), tensor.Grow(r.targets, b.Batch*width)
		for i := range b.Batch {
			if b.Targets != nil {
				r.ids[i] = b.Targets[r.place(i)]
			} else {
				copy(r.targets[i*width:(i+1)*width], b.TargetValues[r.place(i)*width:])
			}
		}
	} else if b.Targets != nil {
		r.ids = growIDs(r.ids, r.extent.Rows())
		arrange(&r.arrangement, r.ids, b.Targets, 1)
	} else {
		r.targets = tensor.Grow(r.targets, r.extent.Rows()*width)
		arrange(&r.arrangement, r.targets, b.TargetValues, width)
	}
	m.weigh(b.Mask, 0)
}

// weigh gives every row of outputs its share of the loss: the mask's values, or ones, over the valid steps, divided by
// their sum. Where the network answers once, a sequence counts as its last valid step does. The first steps, history, count
// nothing.
func (m *Model) weigh(mask []float32, history int) {
	r, a := &m.run, m.answering()
	r.history = history
	m.judged = true
	e := a.extent
	weight := func(i, t int) float32 {
		if mask == nil {
			return 1
		}
		return mask[a.place(i)*e.Steps+t]
	}
	rows := e.Batch * m.answers(e.Steps)
	r.weights = tensor.Grow(r.weights, rows)
	clear(r.weights)
	var total float64
	for row := range rows {
		t, i := row/e.Batch, row%e.Batch
		if m.config.Readout == Last {
			t = e.Length(i) - 1
		}
		if t < history || i >= e.At(t) {
			continue
		}
		r.weights[row] = weight(i, t)
		total += float64(r.weights[row])
	}
	if total == 0 {
		return
	}
	for row, w := range r.weights {
		r.weights[row] = float32(float64(w) / total)
	}
}

// whole walks all steps of a run that is not cut and gives what the readout gives.
func (m *Model) whole(training bool) []float32 {
	return m.network.forward(m.input(m.run.extent), training)
}

// valid is the number of steps that sequences have, neither padding nor history counted.
func (r *run) valid() (steps int) {
	for t := r.history; t < r.extent.Steps; t++ {
		steps += r.extent.At(t)
	}
	return steps
}

// lastState copies the state behind each sequence's last valid step, in the batch's order.
func (m *Model) lastState() State {
	if m.cut() {
		return m.copyState(func(i int, _ cell.Carry) []float32 { return m.walk.left[i] })
	}
	return m.copyState(func(_ int, c cell.Carry) []float32 { return c.Last(m.run.extent) })
}

// initialGradient copies the gradient on the initial state, in the batch's order.
func (m *Model) initialGradient() State {
	return m.copyState(func(_ int, c cell.Carry) []float32 { return c.Gradient })
}

func (m *Model) copyState(of func(i int, c cell.Carry) []float32) State {
	var s State
	batch := m.run.extent.Batch
	for k, c := range m.network.carries() {
		data, from := make([]float32, batch*c.Hidden), of(k, c)
		for i := range batch {
			copy(data[m.run.place(i)*c.Hidden:][:c.Hidden], from[i*c.Hidden:])
		}
		s = append(s, Tensor{c.Name + c.Suffix, []int{batch, c.Hidden}, data})
	}
	return s
}

// carried is the state of a run that goes on: what the last step left, kept outside the workspace so that other
// calls may use that in between.
type carried [][]float32

// keep stores the state that the run leaves behind; it allocates only the first time.
func (m *Model) keep(into *carried) {
	if !m.cut() {
		m.leave((*[][]float32)(into), m.slotBehind(m.run.extent))
		return
	}
	for i, state := range m.walk.left {
		if i == len(*into) {
			*into = append(*into, nil)
		}
		(*into)[i] = append((*into)[i][:0], state...)
	}
}

// resume puts a kept state into the initial slots; an empty one leaves them as the run began.
func (m *Model) resume(from carried) {
	m.start.taken = m.start.taken && len(from) == 0
	for i, c := range m.network.carries() {
		if i < len(from) {
			copy(c.Initial(m.run.extent), from[i])
		}
	}
}

// placeSteps puts outputs of the steps of e, in the run's order, into dst [B, T, width] in the batch's, of which it
// leaves what lies past a sequence's end.
func (r *run) placeSteps(dst, src []float32, e cell.Extent, width int) {
	for t := range e.Steps {
		for i := range e.At(t) {
			copy(dst[(r.place(i)*r.extent.Steps+e.First+t)*width:][:width], src[(t*e.Batch+i)*width:])
		}
	}
}

// placeAnswers puts one output a sequence into dst [B, width], in the batch's order, but for sequences without steps.
func (r *run) placeAnswers(dst, src []float32, width int) {
	for i := range r.extent.Batch {
		if r.extent.Length(i) > 0 {
			copy(dst[r.place(i)*width:][:width], src[i*width:])
		}
	}
}
