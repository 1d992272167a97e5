package reference

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Network is a stack of recurrent layers under a softmax readout at every step:
//
//	o(t) = c + V h(t)     ŷ(t) = softmax o(t)     L = -Σ w(t) log ŷ(t)[y(t)]
//
// V [O, H], c [O]. The weights w(t) make the sum a mean; the notes have w = 1.
type Network struct {
	Layers []Layer // bottom to top
	V      matrix
	C      vector
}

// NewNetwork puts a readout of the given number of classes on a stack of layers.
func NewNetwork(classes int, layers ...Layer) *Network {
	top := layers[len(layers)-1].Hidden()
	return &Network{Layers: layers, V: newMatrix(classes, top), C: newVector(classes)}
}

// Parameters lists every parameter under the names of a saved model: rnn.weight_ih_l0 … head.bias.
func (n *Network) Parameters() []Parameter {
	var all []Parameter
	for k, layer := range n.Layers {
		for _, p := range layer.Parameters() {
			p.Name = fmt.Sprintf("rnn.%s_l%d", p.Name, k)
			all = append(all, p)
		}
	}
	return append(all, n.V.parameter("head.weight"), n.C.parameter("head.bias"))
}

// ZeroGradients clears what Gradients has added up.
func (n *Network) ZeroGradients() {
	for _, p := range n.Parameters() {
		clear(p.Gradient)
	}
}

// ZeroStates is one zero state a layer.
func (n *Network) ZeroStates() []State {
	states := make([]State, len(n.Layers))
	for k, layer := range n.Layers {
		states[k] = layer.ZeroState()
	}
	return states
}

// Forward reads x from the initial states, one a layer, and returns the probabilities ŷ(1) … ŷ(T) and the
// last states.
func (n *Network) Forward(x Sequence, initial []State) (yhat Sequence, last []State) {
	yhat, _, last, _ = n.run(x, initial)
	return yhat, last
}

// Loss is L over the sequence: targets[t] is y(t+1) in the notes' counting from 1, weights[t] its weight.
func (n *Network) Loss(x Sequence, initial []State, targets []int, weights []float64) float64 {
	yhat, _, _, _ := n.run(x, initial)
	return loss(yhat, targets, weights)
}

// Gradients computes L, adds ∂L/∂θ to every parameter's gradient and returns the gradients on the initial
// states.
func (n *Network) Gradients(x Sequence, initial []State, targets []int, weights []float64) (float64, []State) {
	yhat, top, _, backwards := n.run(x, initial)
	dh := make(Sequence, len(x))
	for t := range x {
		do := mat.VecDenseCopyOf(yhat[t])
		do.SetVec(targets[t], do.AtVec(targets[t])-1) // do(t) = ŷ(t) - onehot y(t)
		do.ScaleVec(weights[t], do)
		n.C.grad.AddVec(n.C.grad, do)
		n.V.addOuter(do, top[t])
		dh[t] = product(n.V.T(), do)
	}
	dinitial := make([]State, len(n.Layers))
	for k := len(n.Layers) - 1; k >= 0; k-- {
		dh, dinitial[k] = backwards[k](dh)
	}
	return loss(yhat, targets, weights), dinitial
}

func (n *Network) run(x Sequence, initial []State) (yhat, top Sequence, last []State, backwards []Backward) {
	last = make([]State, len(n.Layers))
	backwards = make([]Backward, len(n.Layers))
	top = x
	for k, layer := range n.Layers {
		top, last[k], backwards[k] = layer.Forward(top, initial[k])
	}
	yhat = make(Sequence, len(x))
	for t := range x {
		yhat[t] = Softmax(sum(n.C, product(n.V, top[t])))
	}
	return yhat, top, last, backwards
}

func loss(yhat Sequence, targets []int, weights []float64) float64 {
	var total float64
	for t, y := range targets {
		total -= weights[t] * math.Log(yhat[t].AtVec(y))
	}
	return total
}

// Softmax is exp(o) / Σ exp(o), computed from o - max(o).
func Softmax(o mat.Vector) *mat.VecDense {
	top := mat.Max(o)
	e := apply(func(v float64) float64 { return math.Exp(v - top) }, o)
	e.ScaleVec(1/mat.Sum(e), e)
	return e
}

// OneHot turns token ids into the vectors that a matrix product expects.
func OneHot(ids []int, vocabulary int) Sequence {
	x := make(Sequence, len(ids))
	for t, id := range ids {
		x[t] = zeros(vocabulary)
		x[t].SetVec(id, 1)
	}
	return x
}
