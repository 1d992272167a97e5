package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Readout is the linear layer on top, torch.nn.Linear, for all steps in one product:
//
//	o(t) = c + V h(t)        V [O, H], c [O]
//	dc = Σ do(t)    dV = Σ do(t) h(t)ᵀ    dh(t) = Vᵀ do(t)
type Readout struct {
	outputs     int
	linear      linear // V
	bias, dbias []float32
	scratch     kernel.Scratch
	logits      []float32 // [rows, O], then their gradients
}

// NewReadout binds the readout to its parameters, weight and bias.
func NewReadout(inputs, outputs int, bind Binding) *Readout {
	return &Readout{outputs: outputs, linear: newLinear(inputs, outputs, bind), bias: bind.values("bias"), dbias: bind.gradients("bias")}
}

// Refresh derives the packed weights after a change of the weights.
func (r *Readout) Refresh() { r.linear.refresh() }

// Forward gives o [rows, O], valid until the next call.
func (r *Readout) Forward(h []float32, rows int) []float32 {
	r.reserve(rows)
	r.into(r.logits, h, rows)
	return r.logits
}

// Backward fills the gradients of V and c, zero before, from do [rows, O] and writes dh = do V [rows, H].
func (r *Readout) Backward(h, do, dh []float32, rows int) {
	r.weightGradients(h, do, rows)
	r.backInto(dh, do, rows)
}

func (r *Readout) reserve(rows int) { r.logits = tensor.Grow(r.logits, rows*r.outputs) }

func (r *Readout) into(o, h []float32, rows int) {
	r.linear.into(o, h, rows)
	kernel.AddRow(o, r.outputs, r.bias, rows)
}

func (r *Readout) weightGradients(h, do []float32, rows int) {
	kernel.ColumnSums(r.dbias, do, r.outputs, rows, r.outputs)
	r.linear.weightGradients(&r.scratch, h, do, rows)
}

func (r *Readout) backInto(dh, do []float32, rows int) { r.linear.backInto(dh, do, rows, false) }
