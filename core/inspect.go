package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
)

// Aspect names something that [Model.Inspect] shows.
type Aspect string

const (
	Activations Aspect = "activations" // states and outputs at every step
	Gates       Aspect = "gates"       // gates, of an Elman layer the pre-activations
	Gradients   Aspect = "gradients"   // ∂L/∂h(t), ∂L/∂c(t), ∂L/∂x(t), ∂L/∂o(t)
	Lag         Aspect = "lag"         // ‖∂L(t)/∂h(t-k)‖ over k, L(t) being the loss of step t alone
	Shares      Aspect = "shares"      // which step contributes how much to each weight's gradient
	Jacobian    Aspect = "jacobian"    // ∂s(t)/∂s(t-1) of every layer
)

func (a Aspect) String() string { return string(a) }

// Aspects lists all of them.
func Aspects() []Aspect { return []Aspect{Activations, Gates, Gradients, Lag, Shares, Jacobian} }

// wantTargets says which aspects look at a loss.
func (a Aspect) wantTargets() bool { return a == Gradients || a == Lag || a == Shares }

// Inspected holds what was asked for, each tensor batch first, zero past a sequence's end. The names of a layer's tensors end with its
// number, "_l0", and for a reverse direction with "_reverse"; steps are always those of the sequence as it was given.
//
//	activations   h_l0, c_l0, y_l0 [B, T, H]; embedding [B, T, E]; logits and outputs [B, T, O] or [B, O]
//	gates         i_l0, f_l0, g_l0, o_l0; r_l0, z_l0, n_l0; a_l0  [B, T, H]
//	gradients     h_l0, c_l0 [B, T, H]; x [B, T, I], for tokens without an embedding with respect to the one-hot vector; logits, as outputs
//	lag           h_l0, c_l0 … and x [B, A, T]: element k is the norm of the gradient k steps before step at[a], in a reverse direction
//	              ahead of it; where a layer has two directions also x_ahead, h_l0_ahead … and h_l0_reverse_behind …
//	shares        every parameter [T]: ⟨dW(t), dW⟩ / ‖dW‖², which sum to 1; and norms, every parameter [T]: ‖dW(t)‖
//	jacobian      s_l0 [B, T, S, S]: row i, column j is ∂s_i(t)/∂s_j(t-1), where s is h, for an LSTM h and then c
type Inspected struct {
	Loss        float64 // where there are targets
	Activations []Tensor
	Gates       []Tensor
	Gradients   []Tensor
	Lag         []Tensor
	Shares      []Tensor
	Norms       []Tensor
	Jacobian    []Tensor
}

// InspectOptions says what to show.
type InspectOptions struct {
	Aspects []Aspect
	At      []int32 // lag: the steps whose losses are looked at, 0 … T-1; nil: each sequence's last one that the mask counts
}

// Inspect shows what happens inside the network while it reads a batch. Weights, optimiser and generators stay as they are; dropout is
// off, as in [Model.Gradients].
func (m *Model) Inspect(b Batch, o InspectOptions) (Inspected, error) {
	if err := m.checkInspect(b, o); err != nil {
		return Inspected{}, err
	}
	v := &view{model: m, network: m.network.(visible), batch: b, draws: m.forcing.State()}
	if err := m.prepare("inspect", b, slices.ContainsFunc(o.Aspects, Aspect.wantTargets), m.optimizer.Rule()); err != nil {
		return Inspected{}, err
	}
	defer v.restore()
	var seen Inspected
	asked := func(a Aspect) bool { return slices.Contains(o.Aspects, a) }
	outputs := m.whole(false)
	if asked(Activations) {
		seen.Activations = v.activations(outputs)
	}
	if asked(Gates) {
		seen.Gates = v.quantities(v.network.gates())
	}
	if asked(Jacobian) {
		seen.Jacobian = v.jacobians()
		v.again()
		outputs = m.whole(false)
	}
	if b.hasTargets() {
		v.backward(outputs, asked(Gradients), asked(Shares), &seen)
	}
	if asked(Lag) {
		seen.Lag = v.lag(o.At)
	}
	return seen, nil
}

// largestJacobian bounds the matrices of one call, in floats.
const largestJacobian = 1 << 26

func (m *Model) checkInspect(b Batch, o InspectOptions) error {
	if m.config.Decoder != nil {
		return Errorf(CodeUnsupported, "inspect: a network with a decoder is not shown; forward gives its attention")
	}
	if m.config.Loss == CTC && slices.ContainsFunc(o.Aspects, Aspect.wantTargets) {
		return Errorf(CodeUnsupported, "inspect: loss %q is one of whole sequences; want aspects that look at no loss", CTC)
	}
	if b.Recompute != 0 {
		return Errorf(CodeConfig, "inspect: recompute keeps segments alone; everything is shown of a run that is kept whole")
	}
	if len(o.Aspects) == 0 {
		return Errorf(CodeConfig, "inspect: what is empty, want one or more of %q", words(Aspects()))
	}
	for _, a := range o.Aspects {
		if !slices.Contains(Aspects(), a) {
			return Errorf(CodeConfig, "inspect: %q is not an aspect, want one or more of %q", a, words(Aspects()))
		}
		if a == Jacobian {
			if err := m.checkJacobian(b); err != nil {
				return err
			}
		}
	}
	if o.At != nil && !slices.Contains(o.Aspects, Lag) {
		return Errorf(CodeConfig, "inspect: at goes with %q alone", Lag)
	}
	if o.At != nil && len(o.At) == 0 {
		return Errorf(CodeConfig, "inspect: at is empty, want one step or more; without it each sequence's last one is taken")
	}
	for i, t := range o.At {
		if m.config.Readout == Last {
			return Errorf(CodeConfig, "inspect: at goes with an output at every step; this network answers once")
		}
		if t < 0 || int(t) >= b.Steps {
			return Errorf(CodeRange, "inspect: at[%d] is %d, want 0 … %d", i, t, b.Steps-1)
		}
	}
	return nil
}

func (m *Model) checkJacobian(b Batch) error {
	if m.config.jordan() {
		return Errorf(CodeUnsupported, "inspect: jacobian is of a hidden state; with recurrence %q none is carried", FromOutput)
	}
	need := 0
	for _, l := range m.config.Layers {
		size := l.Hidden
		if l.Cell == LSTM {
			size *= 2
		}
		need += l.directions() * size * size
	}
	if rows := max(b.Batch, 1) * max(b.Steps, 1); need > largestJacobian/rows {
		return Errorf(CodeMemory, "inspect: the jacobians of %d × %d steps hold %d numbers each step, want at most %d in all; take fewer steps",
			b.Batch, b.Steps, need, largestJacobian)
	}
	return nil
}

func words(aspects []Aspect) (list []string) {
	for _, a := range aspects {
		list = append(list, string(a))
	}
	return list
}

// view reads the workspace of a run for [Model.Inspect].
type view struct {
	model   *Model
	network visible
	batch   Batch
	draws   []byte // the state of scheduled sampling's generator
}

// again brings the batch into the workspace anew, with the same draws: looking takes it apart.
func (v *view) again() {
	v.restore()
	if err := v.model.prepare("inspect", v.batch, false, v.model.optimizer.Rule()); err != nil {
		panic("BUG: " + err.Error()) // it was right before
	}
}

// restore puts the generator of scheduled sampling back to where it was.
func (v *view) restore() {
	if err := v.model.forcing.Restore(v.draws); err != nil {
		panic("BUG: " + err.Error())
	}
}

// visit calls body for every valid step: i is the sequence's place in the run, b its number in the batch, own the row of a quantity.
func (v *view) visit(reverse bool, body func(i, b, t, own int)) {
	r := &v.model.run
	for i := range r.extent.Batch {
		length := r.extent.Length(i)
		for t := range length {
			own := t
			if reverse {
				own = length - 1 - t
			}
			body(i, r.place(i), t, own*r.extent.Batch+i)
		}
	}
}

// aligned copies a quantity as [B, T, Width].
func (v *view) aligned(q cell.Quantity) Tensor {
	e := v.model.run.extent
	data := make([]float32, e.Rows()*q.Width)
	v.visit(q.Reverse, func(_, b, t, own int) {
		copy(data[(b*e.Steps+t)*q.Width:][:q.Width], q.Values[own*q.Stride+q.First:])
	})
	return Tensor{q.Name + q.Suffix, []int{e.Batch, e.Steps, q.Width}, data}
}

func (v *view) quantities(list []cell.Quantity) []Tensor {
	var tensors []Tensor
	for _, q := range list {
		tensors = append(tensors, v.aligned(q))
	}
	return tensors
}

// activations are the states behind every step, what an embedding gives, and the outputs before and after softmax or sigmoid.
func (v *view) activations(outputs []float32) []Tensor {
	m := v.model
	logits := append([]float32(nil), outputs...)
	list := append(v.quantities(v.network.states()), v.answer("logits", logits))
	m.loss.Activate(logits, len(logits)/m.config.Output.width(), m.config.Output.width())
	return append(list, v.answer("outputs", logits))
}

// answer copies what there is of every output [B, T, O], or [B, O] where the network answers once; zero where there is none.
func (v *view) answer(name string, rows []float32) Tensor {
	r, width := &v.model.run, v.model.config.Output.width()
	if v.model.config.Readout == Last {
		t := Tensor{name, []int{r.extent.Batch, width}, make([]float32, r.extent.Batch*width)}
		r.placeAnswers(t.Data, rows, width)
		return t
	}
	t := Tensor{name, []int{r.extent.Batch, r.extent.Steps, width}, make([]float32, r.extent.Rows()*width)}
	r.placeSteps(t.Data, rows, r.extent, width)
	return t
}
