package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// run is the workspace of one unfolding, B sequences of up to T steps, time-major and from the longest sequence to the
// shortest. It grows to the largest run that the model has seen and is then reused: a training step allocates nothing.
type run struct {
	extent  cell.Extent
	order   []int     // which sequence of the batch stands at each place; nil: as they came
	lengths []int     // by place
	active  []int     // by step
	inputs  []int32   // [T, B]
	values  []float32 // [T, B, I]
	ids     []int32   // targets: [T, B] or [B]
	targets []float32 // [T, B, O] or [B, O]
	history int       // first steps that count nothing in the loss: an earlier window had them
	weights []float32 // one a row of outputs: what it counts in the loss, 1 in sum
}

// place gives the sequence that stands at a place.
func (r *run) place(i int) int {
	if r.order == nil {
		return i
	}
	return r.order[i]
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
	e := cell.Extent{Batch: b.Batch, Steps: b.Steps}
	if b.Lengths != nil {
		m.run.sort(b)
		e.Lengths, e.Active = m.run.lengths, m.run.active
	}
	m.begin(e)
	r := &m.run
	if n := m.config.Input.Features; n > 0 {
		arrange(r, r.values, b.Features, n)
	} else {
		arrange(r, r.inputs, b.Inputs, 1)
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

// sort orders sequences by falling length, those of one length as they came.
func (r *run) sort(b Batch) {
	r.order = r.order[:0]
	for i := range b.Batch {
		r.order = append(r.order, i)
	}
	slices.SortStableFunc(r.order, func(i, j int) int { return int(b.Lengths[j]) - int(b.Lengths[i]) })
	r.lengths, r.active = r.lengths[:0], r.active[:0]
	for _, i := range r.order {
		r.lengths = append(r.lengths, int(b.Lengths[i]))
	}
	count := b.Batch
	for t := range b.Steps {
		for count > 0 && r.lengths[count-1] <= t {
			count--
		}
		r.active = append(r.active, count)
	}
}

// arrange writes [B, T, width] as [T, B, width] in the run's order; steps past a sequence's end become zero.
func arrange[E int32 | float32](r *run, dst, src []E, width int) {
	e := r.extent
	for t := range e.Steps {
		for i := range e.Batch {
			row := dst[(t*e.Batch+i)*width:][:width]
			if i >= e.At(t) {
				clear(row)
				continue
			}
			copy(row, src[(r.place(i)*e.Steps+t)*width:])
		}
	}
}

// loadTargets brings targets and their weights into the run's order.
func (m *Model) loadTargets(b Batch) {
	r, width := &m.run, m.config.Output.width()
	if m.config.Readout == Last {
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
		arrange(r, r.ids, b.Targets, 1)
	} else {
		r.targets = tensor.Grow(r.targets, r.extent.Rows()*width)
		arrange(r, r.targets, b.TargetValues, width)
	}
	m.weigh(b.Mask, 0)
}

// weigh gives every row of outputs its share of the loss: the mask's values, or ones, over the valid steps, divided by
// their sum. Where the network answers once, a sequence counts as its last valid step does. The first steps, history, count
// nothing.
func (m *Model) weigh(mask []float32, history int) {
	r := &m.run
	r.history = history
	m.judged = true
	e := r.extent
	weight := func(i, t int) float32 {
		if mask == nil {
			return 1
		}
		return mask[r.place(i)*e.Steps+t]
	}
	rows := e.Batch * m.answers(e.Steps)
	r.weights = tensor.Grow(r.weights, rows)
	clear(r.weights)
	var total float64
	for row := range rows {
		t, i := row/e.Batch, row%e.Batch
		if m.config.Readout == Last {
			t = r.lengthAt(i) - 1
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

func (r *run) lengthAt(i int) int {
	if r.extent.Lengths == nil {
		return r.extent.Steps
	}
	return r.extent.Lengths[i]
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

// toBatchFirst puts outputs of the steps of e, in the run's order, into dst [B, T, width] in the batch's, of which it
// leaves what lies past a sequence's end.
func (r *run) toBatchFirst(dst, src []float32, e cell.Extent, width int) {
	for t := range e.Steps {
		for i := range e.At(t) {
			copy(dst[(r.place(i)*r.extent.Steps+e.First+t)*width:][:width], src[(t*e.Batch+i)*width:])
		}
	}
}

// answersInOrder puts one output a sequence into dst [B, width], in the batch's order, but for sequences without steps.
func (r *run) answersInOrder(dst, src []float32, width int) {
	for i := range r.extent.Batch {
		if r.lengthAt(i) > 0 {
			copy(dst[r.place(i)*width:][:width], src[i*width:])
		}
	}
}
