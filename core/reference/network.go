package reference

import (
	"fmt"
	"strings"
)

// Network is a stack of recurrent layers, alike or not, under a readout at every step (the notes' pattern 1)
//
//	o(t) = c + V h(t)     L = Σ w(t) ℓ(o(t), y(t))
//
// or one at the end (pattern 3), of the top layer's last state: the forward direction's at the last step, the
// reverse direction's at the first, merged
//
//	o = c + V merged h    L = w ℓ(o, y)
//
// V [O, H], c [O]. The weights make the sum a mean and leave masked steps out; the notes have w = 1.
type Network struct {
	Embedding *Embedding // nil: the inputs are vectors
	Layers    []Layer    // bottom to top
	Last      bool       // one output at the end
	start     *start     // nil: zeros
	readout
}

// NewNetwork puts a softmax readout of the given number of classes, at every step, on a stack of layers.
func NewNetwork(classes int, layers ...Layer) *Network {
	return NewNetworkFor(Classes{}, classes, layers...)
}

// NewNetworkFor puts a readout of any kind on a stack of layers.
func NewNetworkFor(output Output, outputs int, layers ...Layer) *Network {
	return &Network{Layers: layers, readout: newReadout(outputs, layers[len(layers)-1].Hidden(), output)}
}

// WithEmbedding makes the network read token ids.
func (n *Network) WithEmbedding(e *Embedding) *Network {
	n.Embedding = e
	return n
}

// ReadLast makes the network give one output, at the end.
func (n *Network) ReadLast() *Network {
	n.Last = true
	return n
}

// LearnInitialState makes the states that a sequence starts from, where none are given, parameters of the network.
func (n *Network) LearnInitialState() *Network {
	n.start = newStart(n.ZeroStates)
	return n
}

// Example is one sequence with all that its loss depends on beside the parameters.
type Example struct {
	Inputs  Sequence   // x(1) … x(T); nothing where an embedding reads Tokens
	Tokens  []int      // ids, 0 … V-1
	Initial []State    // one a layer; nil: zeros, or those that are learned
	Targets Sequence   // y(1) … y(T), or one y for a readout at the end; one-hot for a class
	Weights []float64  // w, one a target
	Masks   []Sequence // dropout, one a layer, on its output (on the merged state where it is read at the end); nil: none
	Forced  []bool     // [Jordan] only: whether step t is given y(t-1) in place of ŷ(t-1); nil: never
}

// Derivatives is what a loss's gradient reaches beside the parameters.
type Derivatives struct {
	Initial []State  // one a layer
	Inputs  Sequence // ∂L/∂x(t); nothing for tokens
}

// Parameters lists every parameter under the names of a saved model: embedding.weight, rnn.weight_ih_l0,
// rnn.weight_ih_l0_reverse … rnn.h0_l0 … head.bias.
func (n *Network) Parameters() []Parameter {
	var all []Parameter
	if n.Embedding != nil {
		all = n.Embedding.Parameters()
	}
	all = append(append(all, stackParameters(n.Layers)...), n.start.parameters("h")...)
	return append(all, n.readout.parameters()...)
}

func stackParameters(layers []Layer) (all []Parameter) {
	for k, layer := range layers {
		for _, p := range layer.Parameters() {
			name, reverse := strings.CutSuffix(p.Name, "_reverse")
			p.Name = fmt.Sprintf("rnn.%s_l%d", name, k)
			if reverse {
				p.Name += "_reverse"
			}
			all = append(all, p)
		}
	}
	return all
}

// ZeroGradients clears what the backward passes have added up.
func (n *Network) ZeroGradients() { ZeroGradients(n.Parameters()) }

// ZeroStates is one zero state a layer.
func (n *Network) ZeroStates() []State { return zeroStates(n.Layers) }

func zeroStates(layers []Layer) []State {
	states := make([]State, len(layers))
	for k, layer := range layers {
		states[k] = layer.ZeroState()
	}
	return states
}

// stackForward runs a stack of layers; its way back takes the gradients on the top's outputs and on the last
// states, one a layer.
func stackForward(layers []Layer, x Sequence, initial []State, masks []Sequence) (
	top Sequence, last []State, backward func(dh Sequence, dlast []State) (Sequence, []State),
) {
	if initial == nil {
		initial = zeroStates(layers)
	}
	last = make([]State, len(layers))
	backs := make([]Backward, len(layers))
	drops := make([]func(Sequence) Sequence, len(layers))
	top = x
	for k, layer := range layers {
		top, last[k], backs[k] = layer.Forward(top, initial[k])
		top, drops[k] = Dropout(top, maskOf(masks, k))
	}
	return top, last, func(dh Sequence, dlast []State) (Sequence, []State) {
		dinitial := make([]State, len(layers))
		for k := len(layers) - 1; k >= 0; k-- {
			dh, dinitial[k] = backs[k](drops[k](dh), dlast[k])
		}
		return dh, dinitial
	}
}

func maskOf(masks []Sequence, layer int) Sequence {
	if layer >= len(masks) {
		return nil
	}
	return masks[layer]
}

// Logits runs the network up to o, and returns the last states and the way back from ∂L/∂o. A loss that looks at
// the whole sequence, as [CTC] does, begins here.
func (n *Network) Logits(e Example) (o Sequence, last []State, backward func(do Sequence) Derivatives) {
	x, backEmbedding := e.Inputs, func(Sequence) {}
	if n.Embedding != nil {
		x, backEmbedding = n.Embedding.Forward(e.Tokens)
	}
	top := len(n.Layers) - 1
	masks := e.Masks
	if n.Last && masks != nil {
		masks = append(append([]Sequence(nil), masks[:top]...), nil) // the top's mask is for the merged state
	}
	initial, learned := n.start.of(e, n.ZeroStates)
	h, last, backStack := stackForward(n.Layers, x, initial, masks)
	toStates := func(Sequence) (Sequence, State) { panic("BUG: no state is read") }
	if n.Last {
		h, toStates = n.readLast(last[top], maskOf(e.Masks, top), len(x))
	}
	for _, v := range h {
		o = append(o, n.readout.forward(v))
	}

	backward = func(do Sequence) Derivatives {
		dh := make(Sequence, len(h))
		for t := range h {
			dh[t] = n.readout.backward(do[t], h[t])
		}
		dlast := make([]State, len(n.Layers))
		if n.Last {
			dh, dlast[top] = toStates(dh)
		}
		dx, dinitial := backStack(dh, dlast)
		if learned {
			n.start.add(dinitial)
		}
		if n.Embedding != nil {
			backEmbedding(dx)
			dx = nil
		}
		return Derivatives{Initial: dinitial, Inputs: dx}
	}
	return o, last, backward
}

// readLast is the top layer's last state as the one vector to read; back, the steps' own outputs get nothing.
func (n *Network) readLast(last State, mask Sequence, steps int) (Sequence, func(Sequence) (Sequence, State)) {
	layer := n.Layers[len(n.Layers)-1]
	merged, backMerged := layer.Merged(last)
	h, drop := Dropout(Sequence{merged.H}, mask)
	return h, func(d Sequence) (Sequence, State) {
		dh := make(Sequence, steps)
		for t := range dh {
			dh[t] = zeros(layer.Hidden())
		}
		return dh, backMerged(State{H: drop(d)[0]})
	}
}

// Run gives ŷ, at every step or once, and the last states.
func (n *Network) Run(e Example) (yhat Sequence, last []State) {
	o, last, _ := n.Logits(e)
	for _, v := range o {
		yhat = append(yhat, n.Output.Forward(v))
	}
	return yhat, last
}

// ExampleLoss is L.
func (n *Network) ExampleLoss(e Example) float64 {
	o, _, _ := n.Logits(e)
	loss, _ := n.judge(o, e.Targets, e.Weights)
	return loss
}

// ExampleGradients computes L and adds ∂L/∂θ to every parameter's gradient.
func (n *Network) ExampleGradients(e Example) (float64, Derivatives) {
	o, _, backward := n.Logits(e)
	loss, do := n.judge(o, e.Targets, e.Weights)
	return loss, backward(do)
}

// Forward reads x from the initial states, one a layer, and returns ŷ and the last states.
func (n *Network) Forward(x Sequence, initial []State) (yhat Sequence, last []State) {
	return n.Run(Example{Inputs: x, Initial: initial})
}

// Loss is L over a sequence of classes: targets[t] is y(t+1) in the notes' counting from 1, weights[t] its weight.
func (n *Network) Loss(x Sequence, initial []State, targets []int, weights []float64) float64 {
	return n.ExampleLoss(n.classes(x, initial, targets, weights))
}

// Gradients computes that loss, adds ∂L/∂θ to every parameter's gradient and returns the gradients on the initial
// states.
func (n *Network) Gradients(x Sequence, initial []State, targets []int, weights []float64) (float64, []State) {
	loss, d := n.ExampleGradients(n.classes(x, initial, targets, weights))
	return loss, d.Initial
}

func (n *Network) classes(x Sequence, initial []State, targets []int, weights []float64) Example {
	return Example{Inputs: x, Initial: initial, Targets: OneHot(targets, n.C.Len()), Weights: weights}
}
