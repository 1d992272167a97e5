// Package cell holds the recurrent layers of the engine, one cell a file, forward and backward a screen apart.
//
// Letters: B batch, T steps, I inputs, H hidden, V vocabulary, G gates (1 for the Elman cell, 3 for the GRU, 4 for the
// LSTM). Everything is time-major: row t·B + b of a [T, B, ·] tensor is step t of sequence b. Names, shapes and gate
// orders of the parameters are PyTorch's.
//
// Sequences of unequal length lie in the batch from the longest to the shortest, so the sequences that step t still has
// are the first rows of that step. Rows past a sequence's end are never computed: its state stays as the last valid step
// left it, and its gradients there are zero.
package cell

import "github.com/unfold-rnn/unfold/core/tensor"

// Extent is the size of one run: B sequences of up to T steps.
type Extent struct {
	Batch, Steps int
	Lengths      []int // of each sequence, non-increasing; nil: all T
	Active       []int // how many sequences step t still has; nil: all B
	First        int   // where this is a piece of a longer run: its first step in that
}

// Rows is T·B, the rows of a time-major matrix.
func (e Extent) Rows() int { return e.Batch * e.Steps }

// At is the number of sequences that step t (from 0) still has.
func (e Extent) At(t int) int {
	if e.Active == nil {
		return e.Batch
	}
	return e.Active[t]
}

// Length is the number of steps of sequence b.
func (e Extent) Length(b int) int {
	if e.Lengths == nil {
		return e.Steps
	}
	return e.Lengths[b]
}

// next is the number of sequences that go on behind step t.
func (e Extent) next(t int) int {
	if t+1 == e.Steps {
		return 0
	}
	return e.At(t + 1)
}

// Input is what a layer reads: the tokens of a bottom layer, or the outputs of what lies below.
type Input struct {
	Tokens []int32   // [T, B] ids; nil when Values are given
	Values []float32 // [T, B, I]
}

// Carry is one quantity that a layer hands from step to step.
type Carry struct {
	Name     string    // "h" or "c"; "y" for pattern 2
	Suffix   string    // which layer and direction, "_l0" or "_l0_reverse": for who holds the layers to fill in
	Reverse  bool      // of the direction that reads from the end
	Hidden   int       // H
	Values   []float32 // [T+1, B, H]: slot 0 is the initial state, slot T the last one
	Gradient []float32 // [B, H]: before Backward ∂L/∂ slot T from outside, zero unless set; behind it ∂L/∂ slot 0
}

// Initial is slot 0, [B, H].
func (c Carry) Initial(e Extent) []float32 { return c.Values[:e.Batch*c.Hidden] }

// Last is slot T, [B, H]: for each sequence the state behind its last valid step.
func (c Carry) Last(e Extent) []float32 { return c.Values[e.Rows()*c.Hidden:] }

// Layer is one recurrent layer unfolded over a run. The order of calls is Begin, fill the carries' initial slots,
// Forward, and if gradients are wanted Backward; Refresh after every change of the weights.
type Layer interface {
	// Width is the number of outputs a step.
	Width() int
	// Refresh derives the packed weights that the products read.
	Refresh()
	// Begin sizes the workspace for a run and clears the carries' gradients. It allocates only when a run is larger
	// than every one before.
	Begin(e Extent)
	// Carries lists the state, valid until the next Begin.
	Carries() []Carry
	// Forward runs all steps.
	Forward(x Input)
	// Outputs is h(1) … h(T), [T, B, Width], valid until the next Begin; rows past a sequence's end hold no output.
	Outputs() []float32
	// Final is a carry of the whole sequence, [B, Width], by its name: the state behind the last valid step, of the
	// reverse direction that behind its own last one, step 0, merged as outputs are. Final("h") is the output of the whole
	// sequence; nil where the layer carries nothing of that name. It is valid until the next call.
	Final(name string) []float32
	// FinalGradient adds ∂L/∂Final(name), before Backward.
	FinalGradient(name string, d []float32)
	// Backward takes dh [T, B, Width] = ∂L/∂h(t) from above, zero past a sequence's end, and overwrites it. It fills the
	// parameters' gradients, which must be zero before, and the carries' gradients, and writes ∂L/∂x to dx [T, B, I]
	// unless dx is nil.
	Backward(x Input, dh, dx []float32)

	// Gates are the gates, behind Forward and before Backward.
	Gates() []Quantity
	// StateGradients are ∂L/∂h(t) in all, dh being what Backward has left of it.
	StateGradients(dh []float32) []Quantity
	// Terms are the factors of the parameters' gradients, behind Backward; nil where normalisation mixes them.
	Terms(x Input) []Term
}

// Binding finds a layer's tensors in the arenas of a model.
type Binding struct {
	Prefix, Suffix string
	Weights, Grads tensor.Arena
}

func (b Binding) values(name string) []float32    { return b.Weights.Named(b.Prefix + name + b.Suffix) }
func (b Binding) gradients(name string) []float32 { return b.Grads.Named(b.Prefix + name + b.Suffix) }

// Parameters adds a layer's tensors to a table: weight_ih [G·H, I], weight_hh [G·H, H], bias_ih [G·H], bias_hh [G·H], and
// with layer normalisation ln_weight_ih, ln_bias_ih, ln_weight_hh, ln_bias_hh, [G·H] each.
func (b Binding) Parameters(table *tensor.Table, gates, inputs, hidden int, normed bool) {
	rows := gates * hidden
	add := func(name string, shape ...int) { table.Add(b.Prefix+name+b.Suffix, shape...) }
	add("weight_ih", rows, inputs)
	add("weight_hh", rows, hidden)
	add("bias_ih", rows)
	add("bias_hh", rows)
	if normed {
		for _, half := range []string{"ih", "hh"} {
			add("ln_weight_"+half, rows)
			add("ln_bias_"+half, rows)
		}
	}
}
