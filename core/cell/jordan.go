package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Output is what a readout's numbers become before they are fed back: softmax, sigmoid or identity.
type Output interface {
	// Activate turns o [rows, n] into ŷ in place.
	Activate(o []float32, rows, n int)
	// ActivateBack adds to do the gradient dy on ŷ, [rows, n] each.
	ActivateBack(do, dy, yhat []float32, rows, n int)
}

// Jordan is the recurrence of the notes' pattern 2, previous output to hidden, with its readout:
//
//	a(t) = b_ih + U x(t) + W_oh y(t-1)        U [H, I], W_oh [H, O], b_ih [H]; y(0) = 0 or given
//	h(t) = tanh a(t)        o(t) = c + V h(t)        ŷ(t) = softmax, sigmoid or identity of o(t)
//
// Under teacher forcing y(t-1) is the target (one-hot for classes), all steps are independent and each matrix meets its
// data in one product over T·B rows. Running free y(t-1) = ŷ(t-1), and the gradient flows through what is fed back:
//
//	do(t) = ∂L/∂o(t) + (∂ŷ/∂o)ᵀ W_ohᵀ da(t+1)
//
// A step may be forced for some sequences and free for others (scheduled sampling; S. Bengio et al., NIPS 2015).
//
// M. I. Jordan, Serial order: a parallel distributed processing approach (1986).
type Jordan struct {
	hidden, outputs int // H and O
	extent          Extent
	projection      projection
	feedback, dfeed []float32     // W_oh [H, O] and its gradient
	forwardF        kernel.Panels // W_ohᵀ
	backF           kernel.Panels // W_oh
	readout         *Readout
	output          Output
	activate        func(dst, src []float32)
	activateBackTo  func(da, h, dh []float32)
	scratch         kernel.Scratch

	a, h      []float32 // [T, B, H]
	fed       []float32 // [T+1, B, O]: slot t is y(t), what step t+1 reads
	forced    []bool    // [T, B]: whether slot t+1 of fed is the target
	allForced bool
	dh        []float32 // [T, B, H]
	dy        []float32 // [B, O]
	dinitial  []float32 // [B, O]
	carries   []Carry
}

// NewJordan binds layer and readout to their parameters.
func NewJordan(inputs, hidden, outputs int, tokens, relu bool, bind Binding, readout *Readout, output Output) *Jordan {
	l := &Jordan{
		hidden: hidden, outputs: outputs, readout: readout, output: output,
		projection: projection{
			inputs: inputs, outputs: hidden, tokens: tokens,
			weight: bind.values("weight_ih"), dweight: bind.gradients("weight_ih"),
			biases: [][]float32{bind.values("bias_ih")}, dbiases: [][]float32{bind.gradients("bias_ih")},
		},
		feedback: bind.values("weight_oh"), dfeed: bind.gradients("weight_oh"),
		activate: kernel.Tanh, activateBackTo: kernel.TanhBackward,
	}
	if relu {
		l.activate, l.activateBackTo = kernel.Relu, kernel.ReluBackward
	}
	return l
}

// JordanParameters adds weight_ih [H, I], weight_oh [H, O] and bias_ih [H] to a table.
func (b Binding) JordanParameters(table *tensor.Table, inputs, hidden, outputs int) {
	table.Add(b.Prefix+"weight_ih"+b.Suffix, hidden, inputs)
	table.Add(b.Prefix+"weight_oh"+b.Suffix, hidden, outputs)
	table.Add(b.Prefix+"bias_ih"+b.Suffix, hidden)
}

// Refresh derives the packed weights after a change of the weights.
func (l *Jordan) Refresh() {
	l.projection.refresh()
	l.forwardF.PackTransposed(l.feedback, l.hidden, l.outputs, l.outputs)
	l.backF.Pack(l.feedback, l.hidden, l.outputs, l.outputs)
	l.readout.Refresh()
}

// Begin sizes the workspace.
func (l *Jordan) Begin(e Extent) {
	l.extent = e
	l.a, l.h = tensor.Grow(l.a, e.Rows()*l.hidden), tensor.Grow(l.h, e.Rows()*l.hidden)
	l.dh = tensor.Grow(l.dh, e.Rows()*l.hidden)
	l.fed = tensor.Grow(l.fed, (e.Rows()+e.Batch)*l.outputs)
	l.dy = tensor.Grow(l.dy, e.Batch*l.outputs)
	l.dinitial = tensor.Grow(l.dinitial, e.Batch*l.outputs)
	if cap(l.forced) < e.Rows() {
		l.forced = make([]bool, e.Rows())
	}
	l.forced = l.forced[:e.Rows()]
	clear(l.forced)
	l.allForced = false
	clear(l.dinitial)
	l.carries = append(l.carries[:0], Carry{Name: "y", Suffix: "_l0", Hidden: l.outputs, Values: l.fed, Gradient: l.dinitial})
}

// Carries is what the next step reads beside its input: y.
func (l *Jordan) Carries() []Carry { return l.carries }

// Force makes the targets, ids [T, B] or values [T, B, O], stand in for outputs where forced [T, B] says so; nil forces
// every step.
func (l *Jordan) Force(ids []int32, values []float32, forced []bool) {
	l.allForced = forced == nil
	for r := range l.extent.Rows() {
		y := l.fed[(l.extent.Batch+r)*l.outputs:][:l.outputs]
		if ended := r%l.extent.Batch >= l.extent.At(r/l.extent.Batch); ended {
			clear(y) // what stands in a target past the end means nothing
			continue
		}
		if last := r%l.extent.Batch >= l.extent.next(r/l.extent.Batch); last || forced != nil && !forced[r] {
			continue // what the run leaves behind is its own output, also under teacher forcing
		}
		l.forced[r] = true
		if ids != nil {
			clear(y)
			y[ids[r]] = 1
		} else {
			copy(y, values[r*l.outputs:])
		}
	}
}

// Forward runs all steps and gives o(t), [T, B, O].
func (l *Jordan) Forward(x Input) []float32 {
	rows := l.extent.Rows()
	l.projection.forward(l.a, x, rows)
	if l.allForced {
		kernel.Product(l.a, l.hidden, l.fed, l.outputs, &l.forwardF, rows, true)
		l.activate(l.h, l.a[:rows*l.hidden])
		o := l.readout.Forward(l.h, rows)
		for t := range l.extent.Steps {
			l.leave(o, t)
			l.holdStep(t)
		}
		return o
	}
	l.readout.reserve(rows)
	for t := range l.extent.Steps {
		l.step(t)
	}
	return l.readout.logits[:rows*l.outputs]
}

// leave puts the own output of the sequences whose last step is t into the slot behind it.
func (l *Jordan) leave(o []float32, t int) {
	first, past := l.extent.next(t), l.extent.At(t)
	if first == past {
		return
	}
	y := l.slot(l.fed, t+1, l.outputs)[first*l.outputs : past*l.outputs]
	copy(y, l.slot(o, t, l.outputs)[first*l.outputs:])
	l.output.Activate(y, past-first, l.outputs)
}

// holdStep carries y of the sequences that have ended over step t.
func (l *Jordan) holdStep(t int) {
	if first := l.extent.At(t); first < l.extent.Batch {
		from, to := l.slot(l.fed, t, l.outputs), l.slot(l.fed, t+1, l.outputs)
		copy(to[first*l.outputs:], from[first*l.outputs:])
	}
}

// slot cuts step t out of a [·, B, width] tensor.
func (l *Jordan) slot(x []float32, t, width int) []float32 {
	n := l.extent.Batch * width
	return x[t*n : (t+1)*n]
}

func (l *Jordan) step(t int) {
	batch, rows := l.extent.Batch, l.extent.At(t)
	a, h, o := l.slot(l.a, t, l.hidden), l.slot(l.h, t, l.hidden), l.slot(l.readout.logits, t, l.outputs)
	kernel.Product(a, l.hidden, l.slot(l.fed, t, l.outputs), l.outputs, &l.forwardF, batch, true)
	l.activate(h, a)
	l.readout.into(o, h, batch)
	y := l.dy[:rows*l.outputs] // not needed before the way back
	copy(y, o)
	l.output.Activate(y, rows, l.outputs)
	next := l.slot(l.fed, t+1, l.outputs)
	for b := range rows {
		if !l.forced[t*batch+b] {
			copy(next[b*l.outputs:(b+1)*l.outputs], y[b*l.outputs:])
		}
	}
	l.holdStep(t)
}

// Backward takes do [T, B, O], zero past a sequence's end, and overwrites it with the total gradient on o(t). It fills
// the parameters' gradients, zero before, and that on the initial y, and writes dx unless dx is nil.
func (l *Jordan) Backward(x Input, do, dx []float32) {
	rows := l.extent.Rows()
	if l.allForced {
		l.readout.backInto(l.dh, do, rows)
		l.activateBackTo(l.a[:rows*l.hidden], l.h, l.dh)
		kernel.Product(l.dinitial, l.outputs, l.a, l.hidden, &l.backF, l.extent.At(0), true)
	} else {
		for t := l.extent.Steps - 1; t >= 0; t-- {
			l.stepBack(do, t)
		}
	}
	l.scratch.ProductTA(l.dfeed, l.outputs, l.a, l.hidden, l.fed, l.outputs, l.hidden, l.outputs, rows)
	l.readout.weightGradients(l.h, do, rows)
	l.projection.backward(&l.scratch, x, l.a, dx, rows)
}

func (l *Jordan) stepBack(do []float32, t int) {
	batch, rows := l.extent.Batch, l.extent.At(t)
	dh, da := l.slot(l.dh, t, l.hidden), l.slot(l.a, t, l.hidden)
	l.readout.backInto(dh, l.slot(do, t, l.outputs), batch)
	l.activateBackTo(da, l.slot(l.h, t, l.hidden), dh)
	clear(da[rows*l.hidden:])
	if t == 0 {
		kernel.Product(l.dinitial, l.outputs, da, l.hidden, &l.backF, rows, true)
		return
	}
	dy := l.dy[:rows*l.outputs]
	kernel.Product(dy, l.outputs, da, l.hidden, &l.backF, rows, false)
	for b := range rows {
		if l.forced[(t-1)*batch+b] {
			clear(dy[b*l.outputs : (b+1)*l.outputs]) // a target does not depend on the weights
		}
	}
	l.output.ActivateBack(l.slot(do, t-1, l.outputs), dy, l.slot(l.fed, t, l.outputs), rows, l.outputs)
}
