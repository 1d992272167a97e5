// Package core is a recurrent neural network with backpropagation through time: a stack of recurrent layers
// under a linear readout, trained by truncated BPTT.
//
// The package is the public Go face; the mathematics of a layer stands in core/cell, the arithmetic in
// core/kernel, and the equations in float64 in core/reference. Letters: B batch, T steps, H hidden, O outputs,
// V vocabulary. What crosses this package's border is batch first, [B, T, ·]; inside everything is time-major.
package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/loss"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Model is a network with its parameters, their gradients and its optimiser. It is not safe for concurrent use.
type Model struct {
	config    Config
	weights   tensor.Arena
	gradients tensor.Arena
	network   network
	start     start
	loss      loss.Loss
	optimizer optim.Optimizer
	options   optim.Options // of the latest step, the default of the next
	steps     int           // optimiser steps taken in the model's life
	scheduled int           // steps at which the present schedule began
	plateau   optim.Plateau
	sampling  *random.Source
	batching  *random.Source
	forcing   *random.Source
	dropping  *random.Source
	marks     [2]*random.Source // where generators stood before the call
	training  *Training         // the run that is under way

	stale   bool    // weights changed since the layers derived theirs
	largest float64 // no weight is larger; NaN: not known
	run     run
	walk    walk
	judged  bool // the run has targets
	forced  []bool
	token   [1]int32 // the inputs of one step
}

// New makes a model with freshly drawn weights, in the order of [Model.Weights]. By default they are PyTorch's: every
// tensor of a recurrent layer from U(-1/√H, 1/√H), the readout from U(-1/√H', 1/√H') with H' its inputs, an embedding
// from the normal distribution.
func New(config Config) (*Model, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	if need := config.memory(RunSize{Batch: 1, Steps: 1, Optimizer: "sgd"}); !need.Fits {
		return nil, Errorf(CodeMemory, "config: %d parameters need %s to be trained, at most %s can be had",
			need.Parameters, megabytes(need.TotalBytes), megabytes(need.LimitBytes))
	}
	table := config.table()
	m := &Model{
		config:  config,
		weights: tensor.NewArena(table), gradients: tensor.NewArena(table),
		loss:     config.newLoss(),
		sampling: random.New(config.Seed, random.Sampling),
		batching: random.New(config.Seed, random.Batching),
		forcing:  random.New(config.Seed, random.Forcing),
		dropping: random.New(config.Seed, random.Dropout),
		marks:    [2]*random.Source{random.New(0, 0), random.New(0, 0)},
	}
	m.options, _ = optim.Defaults("adam")
	switch bind := binder(m.weights, m.gradients); {
	case config.jordan():
		m.network = newFeedback(config, bind, m.loss)
	case config.Decoder != nil:
		m.network = newTranslator(config, bind, m.dropping)
	default:
		m.network = newRecurrent(config, bind, m.dropping)
	}
	m.start = newStart(config, m.weights, m.gradients)
	m.initialise(random.New(config.Seed, random.Initialisation))
	m.changed()
	return m, nil
}

// Kernels names the bodies that do the arithmetic: "simd", "relaxed-simd" or "portable".
func Kernels() string { return kernel.Variant() }

// Config is what the model was made from.
func (m *Model) Config() Config {
	c := m.config
	c.Layers = append([]Layer(nil), c.Layers...)
	c.Decoder = c.Decoder.withDefaults()
	return c
}

// Steps is the number of optimiser steps that the model has taken.
func (m *Model) Steps() int { return m.steps }

// Tensor is a named, row-major float32 tensor.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// Weights lists the parameters under PyTorch's names, bottom to top. Data are views: read them, and use
// [Model.SetWeights] to write.
func (m *Model) Weights() []Tensor { return tensors(m.weights) }

func tensors(a tensor.Arena) []Tensor {
	list := make([]Tensor, len(a.Entries()))
	for i, e := range a.Entries() {
		list[i] = Tensor{e.Name, e.Shape, a.Of(e)}
	}
	return list
}

// SetWeights replaces the parameters that it is given and leaves the others. Every name must be one of the
// model's, every shape must fit and every value be finite; otherwise nothing changes.
func (m *Model) SetWeights(weights []Tensor) error {
	for _, w := range weights {
		e, ok := m.weights.Lookup(w.Name)
		if !ok {
			return Errorf(CodeConfig, "setWeights: %q is not a parameter of this model", w.Name)
		}
		if !equal(e.Shape, w.Shape) || len(w.Data) != e.Len {
			return Errorf(CodeShape, "setWeights: %s is %v with %d values, want %v", w.Name, w.Shape, len(w.Data), e.Shape)
		}
		if i := firstNonFinite(w.Data); i >= 0 {
			return Errorf(CodeNumeric, "setWeights: %s[%d] is %v, want a finite number", w.Name, i, w.Data[i])
		}
	}
	for _, w := range weights {
		copy(m.weights.Named(w.Name), w.Data)
	}
	m.changed()
	return nil
}

// changed notes that the weights were written from outside a training step.
func (m *Model) changed() { m.stale, m.largest = true, math.NaN() }

// refresh brings the layers' derived weights up to date.
func (m *Model) refresh() {
	if m.stale {
		m.network.refresh()
		m.stale = false
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// firstNonFinite looks at numbers one by one, which takes long in WebAssembly, only where a kernel has found one.
func firstNonFinite(x []float32) int {
	if allFinite(x) {
		return -1
	}
	for i, v := range x {
		if !finite(float64(v)) {
			return i
		}
	}
	return -1
}
