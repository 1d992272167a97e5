// Package twin makes of a network's description, its weights and its batches what core/reference computes on: the same network once
// more, as its equations in float64. Whoever wants to judge the engine begins here, a test as well as the page's gradient check; so it
// shares no code with the engine, and takes plain numbers under the words and names that JavaScript has for them.
//
// Letters: T steps, I inputs, E embedding, H hidden, O outputs.
package twin

import (
	"fmt"

	"github.com/unfold-rnn/unfold/core/reference"
)

// Config describes a network from bottom to top. Words are those of a ModelConfig; "" is the default that a comment names.
type Config struct {
	Tokens       int // ids 0 … Tokens-1; 0: vectors
	Features     int // I, vectors of so many values; 0: ids
	Embedding    int // E, tokens only; 0: one-hot
	Layers       []Layer
	ReadLast     bool   // one output, at the end
	LearnedState bool   // what a sequence starts from is learned
	Output       string // "classes", "values" or "labels"
	Outputs      int    // O
}

// Layer is one recurrent layer, with whatever options its cell has.
type Layer struct {
	Cell          string // "rnn", "lstm" or "gru"
	Hidden        int    // H
	Activation    string // "tanh" or "relu"; "" is "tanh"
	Recurrence    string // "hidden" or "output"; "" is "hidden"
	ResetBefore   bool
	Bidirectional bool
	Merge         string // "concat", "sum", "average" or "multiply"; "" is "concat"
	LayerNorm     bool
}

// Network is a network of core/reference, of either recurrence.
type Network interface {
	// Parameters lists values and gradients under the names of a saved model, in its order.
	Parameters() []reference.Parameter
	ZeroGradients()
	// Run gives ŷ, at every step or once, and the last states.
	Run(e reference.Example) (yhat reference.Sequence, last []reference.State)
	// ExampleLoss is L of one sequence.
	ExampleLoss(e reference.Example) float64
	// ExampleGradients computes L and adds ∂L/∂θ to every parameter's gradient.
	ExampleGradients(e reference.Example) (float64, reference.Derivatives)
}

var outputs = map[string]reference.Output{"classes": reference.Classes{}, "values": reference.Values{}, "labels": reference.Labels{}}

// New makes the network, its parameters zero (γ of a normalisation: one). The config must be one that the engine takes; a word that
// it does not have panics.
func New(c Config) Network {
	output, known := outputs[c.Output]
	if !known {
		panic(fmt.Sprintf("twin: no output %q", c.Output))
	}
	inputs := c.Tokens + c.Features
	var embedding *reference.Embedding
	if c.Embedding > 0 {
		embedding, inputs = reference.NewEmbedding(c.Tokens, c.Embedding), c.Embedding
	}
	if c.fromOutput() {
		return newJordan(c, output, inputs, embedding)
	}
	n := reference.NewNetworkFor(output, c.Outputs, Layers(c.Layers, inputs)...)
	n.Embedding, n.Last = embedding, c.ReadLast
	if c.LearnedState {
		n = n.LearnInitialState()
	}
	return n
}

// fromOutput says that an output, and no hidden state, is carried from step to step.
func (c Config) fromOutput() bool { return c.Layers[0].Recurrence == "output" }

func newJordan(c Config, output reference.Output, inputs int, embedding *reference.Embedding) *reference.Jordan {
	j := reference.NewJordan(output, inputs, c.Layers[0].Hidden, c.Outputs)
	j.Embedding = embedding
	if c.Layers[0].Activation == "relu" {
		j = j.WithReLU()
	}
	if c.LearnedState {
		j = j.LearnInitialState()
	}
	return j
}

// Layers makes a stack that reads vectors of length inputs.
func Layers(of []Layer, inputs int) (layers []reference.Layer) {
	for _, l := range of {
		made := newLayer(l, inputs)
		if l.Bidirectional {
			made = reference.NewBidirectional(mergeOf(l.Merge), made, newLayer(l, inputs))
		}
		inputs = made.Hidden()
		layers = append(layers, made)
	}
	return layers
}

// newLayer is one direction of a layer.
func newLayer(l Layer, inputs int) reference.Layer {
	switch l.Cell {
	case "rnn":
		made := reference.NewElman(inputs, l.Hidden)
		if l.Activation == "relu" {
			made = made.WithReLU()
		}
		if l.LayerNorm {
			made = made.WithLayerNorm()
		}
		return made
	case "lstm":
		made := reference.NewLSTM(inputs, l.Hidden)
		if l.LayerNorm {
			made = made.WithLayerNorm()
		}
		return made
	case "gru":
		made := reference.NewGRU(inputs, l.Hidden)
		if l.ResetBefore {
			made = made.WithResetBefore()
		}
		if l.LayerNorm {
			made = made.WithLayerNorm()
		}
		return made
	}
	panic(fmt.Sprintf("twin: no cell %q", l.Cell))
}

func mergeOf(name string) reference.Merge {
	for _, m := range reference.Merges() {
		if m.Name == name {
			return m
		}
	}
	if name != "" {
		panic(fmt.Sprintf("twin: no merge %q", name))
	}
	return reference.Concat
}

// SetWeights copies the values of every parameter, which named gives as the engine has them.
func SetWeights(n Network, named func(name string) []float32) error {
	for _, p := range n.Parameters() {
		values := named(p.Name)
		if len(values) != len(p.Value) {
			return fmt.Errorf("twin: weight %q has %d values, want %d", p.Name, len(values), len(p.Value))
		}
		for i, v := range values {
			p.Value[i] = float64(v)
		}
	}
	return nil
}
