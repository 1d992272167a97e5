// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLearnedInitialStatesAgainstCentralDifferences(t *testing.T) {
	for _, cell := range cells {
		for name, wrap := range directions() {
			for _, last := range []bool{false, true} {
				t.Run(cell.name+"/"+name, func(t *testing.T) {
					n := NewNetworkFor(Values{}, testOutputs, newStack(testInputs, 2, wrap(cell.make))...).LearnInitialState()
					n.Last = last
					fillParameters(n.Parameters())
					keepAlive(n.Parameters())
					// Two sequences share the state: its gradient is the sum of theirs.
					long, short := newExample(n, testSteps), newExample(n, testSteps-2)
					long.Initial, short.Initial = nil, nil
					differentiable{
						loss: func() float64 { return n.ExampleLoss(long) + n.ExampleLoss(short) },
						differentiate: func() (float64, []Parameter) {
							n.ZeroGradients()
							a, _ := n.ExampleGradients(long)
							b, _ := n.ExampleGradients(short)
							return a + b, n.start.parameters("h")
						},
					}.check(t)
				})
			}
		}
	}
}

func TestALearnedFirstOutputAgainstCentralDifferences(t *testing.T) {
	for _, o := range outputs {
		for _, f := range forcings {
			j, e := newJordan(o.output)
			j.LearnInitialState()
			e.Initial, e.Forced = nil, f.forced
			check := differentiableJordan(j, e)
			check.differentiate = func() (float64, []Parameter) {
				j.ZeroGradients()
				loss, _ := j.ExampleGradients(e)
				return loss, j.Parameters()
			}
			check.check(t)
		}
	}
}

func TestAGivenStateStandsInForTheLearnedOne(t *testing.T) {
	n := NewNetwork(testOutputs, NewLSTM(testInputs, testHidden)).LearnInitialState()
	fillParameters(n.Parameters())
	e := newExample(n, testSteps)
	n.ExampleGradients(e)
	parameters := n.start.parameters("h")
	require.Len(t, parameters, 2)
	assert.Equal(t, "rnn.h0_l0", parameters[0].Name)
	assert.Equal(t, "rnn.c0_l0", parameters[1].Name)
	for _, p := range parameters {
		assert.Equal(t, make([]float64, testHidden), p.Gradient, p.Name)
	}
}
