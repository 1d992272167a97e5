package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// run is the workspace of one unfolding, B sequences of T steps, time-major. It grows to the largest run that the
// model has seen and is then reused: a training step allocates nothing.
type run struct {
	extent  cell.Extent
	inputs  []int32      // [T, B]
	targets []int32      // [T, B]
	weights []float32    // [T, B]: what each step counts in the loss
	dh      [2][]float32 // [T, B, H]: the gradient on a layer's outputs, and the one on its inputs
}

func growIDs(buf []int32, n int) []int32 {
	if cap(buf) < n {
		return make([]int32, n)
	}
	return buf[:n]
}

// begin prepares a run from a state of zeros.
func (m *Model) begin(e cell.Extent) {
	m.refresh()
	r := &m.run
	r.extent = e
	r.inputs, r.targets = growIDs(r.inputs, e.Rows()), growIDs(r.targets, e.Rows())
	for _, l := range m.layers {
		l.Begin(e)
		for _, c := range l.Carries() {
			clear(c.Initial(e, l.Hidden()))
		}
	}
}

// setState fills the initial slots; nil leaves them zero.
func (m *Model) setState(s State) {
	if s == nil {
		return
	}
	for k, l := range m.layers {
		for _, c := range l.Carries() {
			copy(c.Initial(m.run.extent, l.Hidden()), s.named(stateName(c, k)).Data)
		}
	}
}

func stateName(c cell.Carry, layer int) string { return c.Name + layerSuffix(layer) }

// lastState copies the state behind the last step.
func (m *Model) lastState() State {
	return m.copyState(func(c cell.Carry, hidden int) []float32 { return c.Last(m.run.extent, hidden) })
}

// initialGradient copies the gradient on the initial state.
func (m *Model) initialGradient() State {
	return m.copyState(func(c cell.Carry, _ int) []float32 { return c.Gradient })
}

func (m *Model) copyState(of func(c cell.Carry, hidden int) []float32) State {
	var s State
	for k, l := range m.layers {
		for _, c := range l.Carries() {
			data := append([]float32(nil), of(c, l.Hidden())...)
			s = append(s, Tensor{stateName(c, k), []int{m.run.extent.Batch, l.Hidden()}, data})
		}
	}
	return s
}

// carried is the state of a run that goes on: what the last step left, kept outside the workspace so that other
// calls may use that in between.
type carried [][]float32

// keep stores the last state; it allocates only the first time.
func (m *Model) keep(into *carried) {
	i := 0
	for _, l := range m.layers {
		for _, c := range l.Carries() {
			if i == len(*into) {
				*into = append(*into, nil)
			}
			(*into)[i] = append((*into)[i][:0], c.Last(m.run.extent, l.Hidden())...)
			i++
		}
	}
}

// resume puts a kept state into the initial slots; an empty one leaves them zero.
func (m *Model) resume(from carried) {
	if len(from) == 0 {
		return
	}
	i := 0
	for _, l := range m.layers {
		for _, c := range l.Carries() {
			copy(c.Initial(m.run.extent, l.Hidden()), from[i])
			i++
		}
	}
}

// forward walks all steps through all layers and returns the logits [T, B, O].
func (m *Model) forward() []float32 {
	x := cell.Input{Tokens: m.run.inputs}
	for _, l := range m.layers {
		l.Forward(x)
		x = cell.Input{Values: l.Outputs()}
	}
	return m.readout.Forward(x.Values, m.run.extent.Rows())
}

// lossAndGradient turns logits into do and returns the mean loss over all steps.
func (m *Model) lossAndGradient(logits []float32) float64 {
	r := &m.run
	rows := r.extent.Rows()
	r.weights = tensor.Grow(r.weights, rows)
	for i := range r.weights {
		r.weights[i] = 1 / float32(rows)
	}
	return m.loss.Gradient(logits, r.targets, r.weights, m.config.Output.Classes)
}

// backward walks back from do through all layers and fills the gradients of all parameters.
func (m *Model) backward(do []float32) {
	r := &m.run
	rows := r.extent.Rows()
	clear(m.gradients.Data)
	top := len(m.layers) - 1
	widest := 0
	for _, l := range m.layers {
		widest = max(widest, l.Hidden())
	}
	for i := range r.dh {
		r.dh[i] = tensor.Grow(r.dh[i], rows*widest)
	}
	dh, dx := r.dh[0], r.dh[1]
	m.readout.Backward(m.layers[top].Outputs(), do, dh[:rows*m.layers[top].Hidden()], rows)
	for k := top; k >= 0; k-- {
		width := rows * m.layers[k].Hidden()
		if k == 0 {
			m.layers[0].Backward(cell.Input{Tokens: r.inputs}, dh[:width], nil)
			break
		}
		below := m.layers[k-1]
		m.layers[k].Backward(cell.Input{Values: below.Outputs()}, dh[:width], dx[:rows*below.Hidden()])
		dh, dx = dx, dh
	}
}
