package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/loss"
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
	m.network.begin(e)
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
	m.weigh(b.Mask)
}

// weigh gives every row of outputs its share of the loss: the mask's values, or ones, over the valid steps, divided by
// their sum. Where the network answers once, a sequence counts as its last valid step does.
func (m *Model) weigh(mask []float32) {
	r := &m.run
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
		if t < 0 || i >= e.At(t) {
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

// valid is the number of steps that sequences have, padding not counted.
func (r *run) valid() (steps int) {
	for t := range r.extent.Steps {
		steps += r.extent.At(t)
	}
	return steps
}

// forward walks all steps and gives what the readout gives.
func (m *Model) forward(training bool) []float32 {
	x := cell.Input{Tokens: m.run.inputs}
	if m.config.Input.Features > 0 {
		x = cell.Input{Values: m.run.values}
	}
	return m.network.forward(x, training)
}

// lossAndGradient turns outputs into the gradient on them and returns the loss.
func (m *Model) lossAndGradient(outputs []float32) float64 {
	r := &m.run
	return m.loss.Gradient(outputs, loss.Targets{IDs: r.ids, Values: r.targets}, r.weights, m.config.Output.width())
}

// backward fills the gradients of all parameters from that on the outputs.
func (m *Model) backward(do []float32) {
	clear(m.gradients.Data)
	m.network.backward(do)
	m.start.backward(m.network.carries(), m.run.extent.Batch)
}

// lastState copies the state behind each sequence's last valid step, in the batch's order.
func (m *Model) lastState() State {
	return m.copyState(func(c cell.Carry) []float32 { return c.Last(m.run.extent) })
}

// initialGradient copies the gradient on the initial state, in the batch's order.
func (m *Model) initialGradient() State {
	return m.copyState(func(c cell.Carry) []float32 { return c.Gradient })
}

func (m *Model) copyState(of func(c cell.Carry) []float32) State {
	var s State
	batch := m.run.extent.Batch
	for _, c := range m.network.carries() {
		data, from := make([]float32, batch*c.Hidden), of(c)
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

// keep stores the last state; it allocates only the first time.
func (m *Model) keep(into *carried) {
	for i, c := range m.network.carries() {
		if i == len(*into) {
			*into = append(*into, nil)
		}
		(*into)[i] = append((*into)[i][:0], c.Last(m.run.extent)...)
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

// toBatchFirst gives outputs [T, B, width], in the run's order, as a new [B, T, width] in the batch's; zero past a
// sequence's end, and for one without steps. steps is T, or 1 where the network answers once.
func (r *run) toBatchFirst(src []float32, steps, width int, every bool) []float32 {
	e := r.extent
	dst := make([]float32, e.Batch*steps*width)
	for t := range steps {
		for i := range e.Batch {
			if every && i >= e.At(t) || r.lengthAt(i) == 0 {
				continue
			}
			copy(dst[(r.place(i)*steps+t)*width:][:width], src[(t*e.Batch+i)*width:])
		}
	}
	return dst
}
