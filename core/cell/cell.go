// Package cell holds the recurrent layers of the engine, one cell a file, forward and backward a screen apart.
//
// Letters: B batch, T steps, I inputs, H hidden, V vocabulary, G gates (1 for the Elman cell, 4 for the LSTM).
// Everything is time-major: row t·B + b of a [T, B, ·] tensor is step t of sequence b. Names, shapes and gate
// orders of the parameters are PyTorch's.
package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Extent is the size of one run: B sequences of T steps.
type Extent struct{ Batch, Steps int }

// Rows is T·B, the rows of a time-major matrix.
func (e Extent) Rows() int { return e.Batch * e.Steps }

// Input is what a layer reads: the tokens of a bottom layer, or the outputs of the layer below.
type Input struct {
	Tokens []int32   // [T, B] ids; nil when Values are given
	Values []float32 // [T, B, I]
}

// Carry is one quantity that a layer hands from step to step.
type Carry struct {
	Name     string    // "h" or "c"
	Values   []float32 // [T+1, B, H]: slot 0 is the initial state, slot T the last one
	Gradient []float32 // [B, H]: ∂L/∂ slot 0, once Backward has run
}

// Initial is slot 0, [B, H].
func (c Carry) Initial(e Extent, hidden int) []float32 { return c.Values[:e.Batch*hidden] }

// Last is slot T, [B, H].
func (c Carry) Last(e Extent, hidden int) []float32 { return c.Values[e.Rows()*hidden:] }

// Layer is one recurrent layer unfolded over a run. The order of calls is Begin, fill the carries' initial
// slots, Forward, and if gradients are wanted Backward; Refresh after every change of the weights.
type Layer interface {
	Hidden() int
	// Refresh derives the packed weights that the products read.
	Refresh()
	// Begin sizes the workspace for a run. It allocates only when a run is larger than every one before.
	Begin(e Extent)
	// Carries lists the state, valid until the next Begin.
	Carries() []Carry
	// Forward runs all steps.
	Forward(x Input)
	// Outputs is h(1) … h(T), [T, B, H], valid until the next Begin.
	Outputs() []float32
	// Backward takes dh [T, B, H] = ∂L/∂h(t) from above and overwrites it with the total gradient on h(t). It fills
	// the parameters' gradients, which must be zero before, and the carries' gradients, and writes ∂L/∂x to
	// dx [T, B, I] unless dx is nil.
	Backward(x Input, dh, dx []float32)
}

// gated is what every cell of the shape a(t) = b_ih + b_hh + U x(t) + W h(t-1) has in common: its parameters,
// their packed forms and the products over all steps.
type gated struct {
	hidden, gates int // H and G
	projection    projection
	recurrent     []float32 // W [G·H, H]
	drecurrent    []float32
	forwardW      kernel.Panels // Wᵀ, for W h(t-1)
	backwardW     kernel.Panels // W, for Wᵀ da(t)
	scratch       kernel.Scratch
	extent        Extent
	a             []float32 // [T, B, G·H]: pre-activations, then activations, then their gradients
	h             []float32 // [T+1, B, H]
	dhInitial     []float32 // [B, H]
	carries       []Carry
}

func newGated(gates, inputs, hidden int, tokens bool, bind Binding) gated {
	p, d := bind.values, bind.gradients
	return gated{
		hidden: hidden, gates: gates,
		projection: projection{
			inputs: inputs, outputs: gates * hidden, tokens: tokens,
			weight: p("weight_ih"), biasIH: p("bias_ih"), biasHH: p("bias_hh"),
			dweight: d("weight_ih"), dbiasIH: d("bias_ih"), dbiasHH: d("bias_hh"),
		},
		recurrent: p("weight_hh"), drecurrent: d("weight_hh"),
	}
}

// Hidden implements [Layer].
func (g *gated) Hidden() int { return g.hidden }

// Refresh implements [Layer].
func (g *gated) Refresh() {
	g.projection.refresh()
	rows := g.gates * g.hidden
	g.forwardW.PackTransposed(g.recurrent, rows, g.hidden, g.hidden)
	g.backwardW.Pack(g.recurrent, rows, g.hidden, g.hidden)
}

func (g *gated) begin(e Extent) {
	g.extent = e
	g.a = tensor.Grow(g.a, e.Rows()*g.gates*g.hidden)
	g.h = tensor.Grow(g.h, (e.Rows()+e.Batch)*g.hidden)
	g.dhInitial = tensor.Grow(g.dhInitial, e.Batch*g.hidden)
	g.carries = append(g.carries[:0], Carry{Name: "h", Values: g.h, Gradient: g.dhInitial})
}

// Carries implements [Layer].
func (g *gated) Carries() []Carry { return g.carries }

// Outputs implements [Layer].
func (g *gated) Outputs() []float32 { return g.h[g.extent.Batch*g.hidden:] }

// at cuts step t out of a [T, B, width] tensor.
func (g *gated) at(x []float32, t, width int) []float32 {
	n := g.extent.Batch * width
	return x[t*n : (t+1)*n]
}

// recur adds W h(t-1) to the pre-activations of step t (counted from 0).
func (g *gated) recur(t int) {
	width := g.gates * g.hidden
	kernel.Product(g.at(g.a, t, width), width, g.at(g.h, t, g.hidden), g.hidden, &g.forwardW, g.extent.Batch, true)
}

// recurBack adds Wᵀ da(t) to the gradient on h(t-1).
func (g *gated) recurBack(dh []float32, t int) {
	width := g.gates * g.hidden
	kernel.Product(dh, g.hidden, g.at(g.a, t, width), width, &g.backwardW, g.extent.Batch, true)
}

// weightGradients fills the parameters' gradients, each by one product over all T·B rows of da, and writes dx.
func (g *gated) weightGradients(x Input, dx []float32) {
	rows, width := g.extent.Rows(), g.gates*g.hidden
	g.scratch.ProductTA(g.drecurrent, g.hidden, g.a, width, g.h, g.hidden, width, g.hidden, rows)
	g.projection.backward(&g.scratch, x, g.a, dx, rows)
}

// Parameters adds the layer's tensors to a table: weight_ih [G·H, I], weight_hh [G·H, H], bias_ih [G·H],
// bias_hh [G·H], each with the prefix before and the suffix behind its name.
func Parameters(table *tensor.Table, prefix, suffix string, gates, inputs, hidden int) {
	rows := gates * hidden
	table.Add(prefix+"weight_ih"+suffix, rows, inputs)
	table.Add(prefix+"weight_hh"+suffix, rows, hidden)
	table.Add(prefix+"bias_ih"+suffix, rows)
	table.Add(prefix+"bias_hh"+suffix, rows)
}

// Binding finds a layer's tensors in the arenas of a model.
type Binding struct {
	Prefix, Suffix string
	Weights, Grads tensor.Arena
}

func (b Binding) values(name string) []float32    { return b.Weights.Named(b.Prefix + name + b.Suffix) }
func (b Binding) gradients(name string) []float32 { return b.Grads.Named(b.Prefix + name + b.Suffix) }
