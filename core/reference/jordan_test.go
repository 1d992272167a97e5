// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// forcings are the ways to choose between the target and the model's own output.
var forcings = []struct {
	name   string
	forced []bool
}{
	{"free-running", nil},
	{"teacher forcing", []bool{false, true, true, true}},
	{"scheduled sampling", []bool{false, true, false, true}},
}

func newJordan(output Output) (*Jordan, Example) {
	j := NewJordan(output, testInputs, testHidden, testOutputs)
	e := Example{Inputs: vectors(testSteps, testInputs, 40), Initial: []State{{H: vectors(1, testOutputs, 20)[0]}},
		Targets: newTargets(output, testSteps), Weights: []float64{0.2, 0, 0.1, 0.3}}
	return j, e
}

func differentiableJordan(j *Jordan, e Example) differentiable {
	fillParameters(j.Parameters())
	return differentiable{
		loss: func() float64 { return j.ExampleLoss(e) },
		differentiate: func() (float64, []Parameter) {
			loss, d := j.ExampleGradients(e)
			variables := append(j.Parameters(), stateVariables(e.Initial, d.Initial)...)
			return loss, append(variables, sequenceVariables("x", e.Inputs, d.Inputs)...)
		},
	}
}

func TestJordanGradientsAgainstCentralDifferences(t *testing.T) {
	variants := map[string]func(j *Jordan, e *Example){
		"tanh": func(*Jordan, *Example) {},
		"relu": func(j *Jordan, _ *Example) { j.WithReLU() },
		"norm": func(j *Jordan, _ *Example) { j.WithLayerNorm() },
		"dropout": func(_ *Jordan, e *Example) {
			e.Masks = []Sequence{newMask(testSteps, testHidden, 1)}
		},
		"tokens": func(j *Jordan, e *Example) {
			j.WithEmbedding(NewEmbedding(testVocabulary, testInputs))
			e.Inputs, e.Tokens = nil, []int{2, 0, 3, 1}
		},
		"last": func(_ *Jordan, e *Example) { e.Weights = []float64{0, 0, 0, 1} },
	}
	for variant, change := range variants {
		for _, o := range outputs {
			for _, f := range forcings {
				if variant == "last" && f.forced != nil {
					continue // nothing before the last forced step is then learned from
				}
				t.Run(fmt.Sprintf("%s/%s/%s", variant, o.name, f.name), func(t *testing.T) {
					j, e := newJordan(o.output)
					e.Forced = f.forced
					change(j, &e)
					check := differentiableJordan(j, e)
					if variant == "relu" {
						keepAlive(j.Parameters())
					}
					check.check(t)
				})
			}
		}
	}
}

// Under teacher forcing the steps do not depend on one another: each alone, given its target, says the same.
func TestForcedJordanStepsAreIndependent(t *testing.T) {
	j, e := newJordan(Classes{})
	fillParameters(j.Parameters())
	e.Forced = forcings[1].forced
	whole, last := j.Run(e)
	for s := 1; s < testSteps; s++ {
		alone, _ := j.Run(Example{Inputs: e.Inputs[s : s+1], Initial: []State{{H: e.Targets[s-1]}}})
		assert.Equal(t, whole[s], alone[0])
	}
	assert.Equal(t, whole[testSteps-1], last[0].H)
}

// Free-running, the state that is carried is the output.
func TestFreeJordanStepsFromACarriedStateEqualOneRun(t *testing.T) {
	for _, o := range outputs {
		j, e := newJordan(o.output)
		fillParameters(j.Parameters())
		whole, _ := j.Run(e)
		state := e.Initial
		for s, x := range e.Inputs {
			var y Sequence
			y, state = j.Run(Example{Inputs: Sequence{x}, Initial: state})
			assert.Equal(t, whole[s], y[0], o.name)
		}
	}
	j, _ := newJordan(Values{})
	_, state := j.Run(Example{})
	assert.Equal(t, j.ZeroStates(), state)
}
