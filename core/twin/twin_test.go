package twin

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/reference"
)

var small = Config{Features: 1, Layers: []Layer{{Cell: "rnn", Hidden: 1}}, Output: "values", Outputs: 1}

// weighted is h(t) = tanh(0.5 x(t) - 0.25 h(t-1) + 0.1 + 0.2), o(t) = 2 h(t) + 1.
func weighted(t *testing.T, c Config) Network {
	n := New(c)
	values := map[string][]float32{
		"rnn.weight_ih_l0": {0.5}, "rnn.weight_hh_l0": {-0.25}, "rnn.bias_ih_l0": {0.1}, "rnn.bias_hh_l0": {0.2}, "head.weight": {2}, "head.bias": {1},
	}
	require.NoError(t, SetWeights(n, func(name string) []float32 { return values[name] }))
	return n
}

func TestASequenceIsReadUpToItsLengthAndWeighedByItsMask(t *testing.T) {
	s := Sequence{Steps: 2, Features: []float32{1, 2, 99}, TargetValues: []float32{3, 4, 99}, Mask: []float32{1, 0.5, 99}}
	e := small.Example(s)
	assert.Len(t, e.Inputs, 2)
	assert.Equal(t, []float64{1, 0.5}, e.Weights)
	// h = tanh 0.8, tanh(1.3 - h/4); o = 2 h + 1; L = (o - 3)² + (o - 4)² / 2
	assert.InDelta(t, 1.3971258, weighted(t, small).ExampleLoss(e), 1e-6)
	s.Mask = nil
	assert.Equal(t, []float64{1, 1}, small.Example(s).Weights)

	last := small
	last.ReadLast = true
	s.Mask, s.TargetValues = []float32{1, 0.5, 99}, []float32{4}
	e = last.Example(s)
	assert.Equal(t, []float64{0.5}, e.Weights, "that of the last valid step")
	assert.Equal(t, 4.0, e.Targets[0].AtVec(0))
}

func TestASequenceWithoutStepsCountsNothing(t *testing.T) {
	last := Config{Tokens: 3, Layers: small.Layers, ReadLast: true, Output: "classes", Outputs: 3}
	e := last.Example(Sequence{Tokens: []int32{7}, Targets: []int32{-1}})
	n := New(last)
	loss, _ := n.ExampleGradients(e)
	assert.Zero(t, loss)
	for _, p := range n.Parameters() {
		assert.Equal(t, make([]float64, len(p.Gradient)), p.Gradient, p.Name)
	}
}

func TestStatesAreFoundByName(t *testing.T) {
	c := Config{Features: 1, Output: "values", Outputs: 1, Layers: []Layer{{Cell: "lstm", Hidden: 1, Bidirectional: true}, {Cell: "gru", Hidden: 1}}}
	given := map[string][]float32{"h_l0": {1}, "c_l0": {2}, "h_l0_reverse": {3}, "c_l0_reverse": {4}, "h_l1": {5}}
	e := c.Example(Sequence{State: func(name string) []float32 { return given[name] }})
	require.Len(t, e.Initial, 2)
	first := e.Initial[0]
	for i, v := range []float64{first.H.AtVec(0), first.C.AtVec(0), first.Reverse.H.AtVec(0), first.Reverse.C.AtVec(0), e.Initial[1].H.AtVec(0)} {
		assert.Equal(t, float64(i+1), v)
	}
	assert.Nil(t, e.Initial[1].C)

	feedback := small
	feedback.Layers = []Layer{{Cell: "rnn", Hidden: 2, Recurrence: "output"}}
	assert.IsType(t, &reference.Jordan{}, New(feedback))
	assert.Equal(t, 0.5, feedback.Example(Sequence{State: func(string) []float32 { return []float32{0.5} }}).Initial[0].H.AtVec(0))
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	spoil := func(change func(*Config)) func() {
		return func() {
			c := small
			c.Layers = []Layer{{Cell: "rnn", Hidden: 1, Bidirectional: true}}
			change(&c)
			New(c)
		}
	}
	assert.NotPanics(t, spoil(func(*Config) {}))
	assert.PanicsWithValue(t, `twin: no output "words"`, spoil(func(c *Config) { c.Output = "words" }))
	assert.PanicsWithValue(t, `twin: no cell "gnu"`, spoil(func(c *Config) { c.Layers[0].Cell = "gnu" }))
	assert.PanicsWithValue(t, `twin: no merge "max"`, spoil(func(c *Config) { c.Layers[0].Merge = "max" }))
	err := SetWeights(New(small), func(string) []float32 { return make([]float32, 2) })
	assert.EqualError(t, err, `twin: weight "rnn.weight_ih_l0" has 2 values, want 1`)
}
