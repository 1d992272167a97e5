package cell

import "github.com/unfold-rnn/unfold/core/kernel"

// linear is a weight matrix without a bias for many rows at once:
//
//	y = W x        W [O, I]
//	dW = Σ dy xᵀ    dx = Wᵀ dy
type linear struct {
	inputs, outputs int
	weight, dweight []float32
	forwardW        kernel.Panels // Wᵀ
	backW           kernel.Panels // W
}

func newLinear(inputs, outputs int, bind Binding) linear {
	return linear{inputs: inputs, outputs: outputs, weight: bind.values("weight"), dweight: bind.gradients("weight")}
}

func (l *linear) refresh() {
	l.forwardW.PackTransposed(l.weight, l.outputs, l.inputs, l.inputs)
	l.backW.Pack(l.weight, l.outputs, l.inputs, l.inputs)
}

// into writes y [rows, O] of x [rows, I].
func (l *linear) into(y, x []float32, rows int) {
	kernel.Product(y, l.outputs, x, l.inputs, &l.forwardW, rows, false)
}

// weightGradients adds to the gradient of W.
func (l *linear) weightGradients(scratch *kernel.Scratch, x, dy []float32, rows int) {
	scratch.ProductTA(l.dweight, l.inputs, dy, l.outputs, x, l.inputs, l.outputs, l.inputs, rows)
}

// backInto writes dx [rows, I], or adds to it.
func (l *linear) backInto(dx, dy []float32, rows int, accumulate bool) {
	kernel.Product(dx, l.inputs, dy, l.outputs, &l.backW, rows, accumulate)
}
