// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cells makes one layer of every kind; each is checked alone, stacked and in both directions.
var cells = []struct {
	name string
	make func(inputs, hidden int) Layer
}{
	{"rnn tanh", func(i, h int) Layer { return NewElman(i, h) }},
	{"rnn relu", func(i, h int) Layer { return NewElman(i, h).WithReLU() }},
	{"lstm", func(i, h int) Layer { return NewLSTM(i, h) }},
	{"gru", func(i, h int) Layer { return NewGRU(i, h) }},
	{"gru reset before", func(i, h int) Layer { return NewGRU(i, h).WithResetBefore() }},
	{"rnn tanh norm", func(i, h int) Layer { return NewElman(i, h).WithLayerNorm() }},
	{"rnn relu norm", func(i, h int) Layer { return NewElman(i, h).WithReLU().WithLayerNorm() }},
	{"lstm norm", func(i, h int) Layer { return NewLSTM(i, h).WithLayerNorm() }},
	{"gru norm", func(i, h int) Layer { return NewGRU(i, h).WithLayerNorm() }},
	{"gru reset before norm", func(i, h int) Layer { return NewGRU(i, h).WithResetBefore().WithLayerNorm() }},
}

// directions wraps a cell; the first leaves it alone.
func directions() map[string]func(cell func(i, h int) Layer) func(i, h int) Layer {
	all := map[string]func(cell func(i, h int) Layer) func(i, h int) Layer{
		"ahead": func(cell func(i, h int) Layer) func(i, h int) Layer { return cell },
	}
	for _, merge := range Merges() {
		all["both "+merge.Name] = func(cell func(i, h int) Layer) func(i, h int) Layer {
			return func(i, h int) Layer { return NewBidirectional(merge, cell(i, h), cell(i, h)) }
		}
	}
	return all
}

var outputs = []struct {
	name   string
	output Output
}{{"classes", Classes{}}, {"values", Values{}}, {"labels", Labels{}}}

const (
	testInputs, testHidden, testOutputs, testSteps = 3, 3, 3, 4
	testVocabulary                                 = 4
)

// newExample is a sequence for a network: tokens where it has an embedding; unlike weights, so that a lost one shows,
// and a masked step where there are several.
func newExample(n *Network, steps int) Example {
	e := Example{Initial: n.ZeroStates(), Masks: make([]Sequence, len(n.Layers))}
	for k, p := range stateVariables(e.Initial, e.Initial) {
		fillByFormula(p.Value, 20+k)
	}
	if n.Embedding != nil {
		for t := range steps {
			e.Tokens = append(e.Tokens, (3*t+t*t)%testVocabulary)
		}
	} else {
		e.Inputs = vectors(steps, testInputs, 40)
	}
	results := steps
	if n.Last {
		results = 1
	}
	e.Targets = newTargets(n.Output, results)
	for t := range results {
		e.Weights = append(e.Weights, 1/float64(steps+t+1))
	}
	if results > 2 {
		e.Weights[1] = 0
	}
	for k := range e.Masks {
		length := steps
		if n.Last && k == len(e.Masks)-1 {
			length = 1
		}
		e.Masks[k] = newMask(length, n.Layers[k].Hidden(), k)
	}
	return e
}

// newTargets gives one-hot classes, values, or labels of which one is neither 0 nor 1.
func newTargets(output Output, steps int) Sequence {
	y := vectors(steps, testOutputs, 60)
	for t := range y {
		for i := range testOutputs {
			switch output.(type) {
			case Classes:
				y[t].SetVec(i, 0)
				y[t].SetVec((3*t+1)%testOutputs, 1)
			case Labels:
				y[t].SetVec(i, float64((t+i)%3)/2)
			}
		}
	}
	return y
}

// newMask drops a quarter of the elements.
func newMask(steps, length, k int) Sequence {
	mask := vectors(steps, length, k)
	for t := range mask {
		for i := range length {
			mask[t].SetVec(i, 4./3)
			if (5*t+3*i+k)%4 == 0 {
				mask[t].SetVec(i, 0)
			}
		}
	}
	return mask
}

func differentiableNetwork(n *Network, e Example) differentiable {
	return differentiable{
		loss: func() float64 { return n.ExampleLoss(e) },
		differentiate: func() (float64, []Parameter) {
			loss, d := n.ExampleGradients(e)
			variables := append(n.Parameters(), stateVariables(e.Initial, d.Initial)...)
			return loss, append(variables, sequenceVariables("x", e.Inputs, d.Inputs)...)
		},
	}
}

// newStack makes layers of the same kind, one on the other.
func newStack(inputs, depth int, cell func(inputs, hidden int) Layer) (layers []Layer) {
	for range depth {
		layer := cell(inputs, testHidden)
		layers = append(layers, layer)
		inputs = layer.Hidden()
	}
	return layers
}

// Every cell × depth × directions × readout × length, with kinds of outputs and merges in turns. Length 0 has a test of its own.
func TestGradientsAgainstCentralDifferences(t *testing.T) {
	for _, cell := range cells {
		for direction, wrap := range directions() {
			for depth := 1; depth <= 2; depth++ {
				for k, o := range outputs {
					if direction != "ahead" && direction != "both concat" && (depth+k)%2 == 0 {
						continue // half of the cases show a merge
					}
					for _, last := range []bool{false, true} {
						for i, steps := range []int{testSteps, 1, 2} {
							if steps != testSteps && k != (i+depth)%len(outputs) {
								continue // each length with one kind of outputs, the longest with all
							}
							t.Run(fmt.Sprintf("%s/%s/%d/%s/last=%v/T=%d", cell.name, direction, depth, o.name, last, steps), func(t *testing.T) {
								t.Parallel()
								n := NewNetworkFor(o.output, testOutputs, newStack(testInputs, depth, wrap(cell.make))...)
								n.Last = last
								if k == 0 { // tokens for classes, vectors for the others
									n.WithEmbedding(NewEmbedding(testVocabulary, testInputs))
								}
								fillParameters(n.Parameters())
								steps := steps
								if strings.Contains(cell.name, "relu") {
									keepAlive(n.Parameters())
									steps = min(steps, 3) // units that are off on the way would leave nothing to compare
								}
								differentiableNetwork(n, newExample(n, steps)).check(t)
							})
						}
					}
				}
			}
		}
	}
}

func TestGradientsOfUnlikeLayersAndLengths(t *testing.T) {
	for _, steps := range []int{1, 2, 7} {
		for _, last := range []bool{false, true} {
			t.Run(fmt.Sprintf("T=%d/last=%v", steps, last), func(t *testing.T) {
				n := NewNetworkFor(Labels{}, testOutputs,
					NewBidirectional(Concat, NewGRU(testInputs, 2), NewLSTM(testInputs, 3)),
					NewElman(5, 4).WithReLU(), NewBidirectional(Multiply, NewLSTM(4, 3), NewLSTM(4, 3).WithLayerNorm()), NewGRU(3, 2))
				n.Last = last
				fillParameters(n.Parameters())
				differentiableNetwork(n, newExample(n, steps)).check(t)
			})
		}
	}
}

// An empty sequence costs nothing where an output is due every step, and leaves the state as it was; read at the end,
// it is the initial state that is read, and its gradient that is learned.
func TestAnEmptySequenceLeavesTheStateAlone(t *testing.T) {
	for _, cell := range cells {
		for direction, wrap := range directions() {
			n := NewNetworkFor(Values{}, testOutputs, newStack(testInputs, 2, wrap(cell.make))...)
			fillParameters(n.Parameters())
			e := newExample(n, 0)
			yhat, last := n.Run(e)
			assert.Empty(t, yhat)
			assert.Equal(t, e.Initial, last, "%s %s", cell.name, direction)
			loss, d := n.ExampleGradients(e)
			assert.Zero(t, loss)
			assert.Zero(t, GradientNorm(append(n.Parameters(), stateVariables(e.Initial, d.Initial)...)))

			n.Last = true
			e = newExample(n, 0)
			e.Weights = []float64{0.5}
			check := differentiableNetwork(n, e)
			_, variables := check.differentiate()
			for _, p := range variables {
				assert.LessOrEqual(t, worstError(check.centralDifferences(p), p.Gradient), differenceTolerance, p.Name)
			}
			_, d = n.ExampleGradients(e)
			assert.NotZero(t, GradientNorm(stateVariables(e.Initial, d.Initial)), "%s %s: nothing reaches the initial state", cell.name, direction)
		}
	}
}

func TestGradientsAddUpOverSequences(t *testing.T) {
	n := NewNetwork(testOutputs, newStack(testInputs, 2, cells[2].make)...)
	fillParameters(n.Parameters())
	e := newExample(n, testSteps)
	first, _ := n.ExampleGradients(e)
	once := append([]float64(nil), n.Parameters()[0].Gradient...)
	second, _ := n.ExampleGradients(e)
	assert.Equal(t, first, second)
	for i, g := range n.Parameters()[0].Gradient {
		assert.InDelta(t, 2*once[i], g, 1e-15)
	}
	n.ZeroGradients()
	assert.Zero(t, GradientNorm(n.Parameters()))
}

func TestStepsFromACarriedStateEqualOneRun(t *testing.T) {
	for _, cell := range cells {
		n := NewNetwork(testOutputs, newStack(testInputs, 2, cell.make)...)
		fillParameters(n.Parameters())
		e := newExample(n, testSteps)
		whole, last := n.Forward(e.Inputs, e.Initial)
		states := e.Initial
		for i, x := range e.Inputs {
			var y Sequence
			y, states = n.Forward(Sequence{x}, states)
			assert.InDeltaSlice(t, whole[i].RawVector().Data, y[0].RawVector().Data, 1e-15, "%s step %d", cell.name, i)
		}
		for k := range last {
			assert.InDeltaSlice(t, last[k].H.RawVector().Data, states[k].H.RawVector().Data, 1e-15)
		}
	}
}

// The reverse direction is the same layer over the sequence turned round, and starts at the sequence's own end.
func TestTheReverseDirectionReadsFromTheEnd(t *testing.T) {
	b := NewBidirectional(Concat, NewLSTM(testInputs, testHidden), NewLSTM(testInputs, testHidden))
	fillParameters(b.Parameters())
	x := vectors(testSteps, testInputs, 3)
	h, last, _ := b.Forward(x, b.ZeroState())
	ahead, _, _ := b.Ahead.Forward(x, b.Ahead.ZeroState())
	back, lastBack, _ := b.Back.Forward(x.reversed(), b.Back.ZeroState())
	for i := range x {
		assert.Equal(t, ahead[i].RawVector().Data, h[i].RawVector().Data[:testHidden])
		assert.Equal(t, back[testSteps-1-i].RawVector().Data, h[i].RawVector().Data[testHidden:])
	}
	assert.Equal(t, lastBack, *last.Reverse)
	merged, _ := b.Merged(last)
	assert.Equal(t, h[testSteps-1].RawVector().Data[:testHidden], merged.H.RawVector().Data[:testHidden])
	assert.Equal(t, h[0].RawVector().Data[testHidden:], merged.H.RawVector().Data[testHidden:])
}

func TestParameterNamesArePyTorchs(t *testing.T) {
	n := NewNetwork(2, NewBidirectional(Sum, NewGRU(3, 4), NewGRU(3, 4).WithLayerNorm())).WithEmbedding(NewEmbedding(5, 3))
	var names []string
	for _, p := range n.Parameters() {
		require.Len(t, p.Gradient, len(p.Value))
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"embedding.weight",
		"rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0",
		"rnn.weight_ih_l0_reverse", "rnn.weight_hh_l0_reverse", "rnn.bias_ih_l0_reverse", "rnn.bias_hh_l0_reverse",
		"rnn.ln_weight_ih_l0_reverse", "rnn.ln_bias_ih_l0_reverse", "rnn.ln_weight_hh_l0_reverse", "rnn.ln_bias_hh_l0_reverse",
		"head.weight", "head.bias"}, names)
}

func TestAFreshNormalisedHalfHasMeanZeroAndVarianceOne(t *testing.T) {
	v := scaled(100, vectors(1, 12, 5)[0]) // so large that ε does not show
	y, _ := newLayerNorm(12).Forward(v)
	var mean, square float64
	for i := range 12 {
		mean += y.AtVec(i) / 12
		square += y.AtVec(i) * y.AtVec(i) / 12
	}
	assert.InDelta(t, 0, mean, 1e-14)
	assert.InDelta(t, 1, square, 1e-7)
}
