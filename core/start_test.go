package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func learningStart(t *testing.T, layers ...Layer) *Model {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, InitialState: LearnedState, Seed: 2, Layers: layers})
	require.NoError(t, err)
	return m
}

func TestLearnedStatesAreParametersThatBeginAsZeros(t *testing.T) {
	m := learningStart(t, Layer{Cell: LSTM, Hidden: 3, Bidirectional: true}, Layer{Cell: GRU, Hidden: 4})
	found := map[string][]int{}
	for _, w := range m.Weights() {
		if len(w.Shape) == 1 && w.Name[:6] != "rnn.bi" && w.Name != "head.bias" {
			found[w.Name] = w.Shape
			assert.Equal(t, make([]float32, w.Shape[0]), w.Data)
		}
	}
	assert.Equal(t, map[string][]int{
		"rnn.h0_l0": {3}, "rnn.c0_l0": {3}, "rnn.h0_l0_reverse": {3}, "rnn.c0_l0_reverse": {3}, "rnn.h0_l1": {4},
	}, found)

	feedback := learningStart(t, Layer{Cell: Elman, Hidden: 3, Recurrence: FromOutput})
	assert.Equal(t, []int{5}, feedback.Weights()[3].Shape)
	assert.Equal(t, "rnn.y0_l0", feedback.Weights()[3].Name)
}

// A step, a generation and a run begin at the learned state; a given or carried state replaces it and it learns nothing.
func TestWhereTheLearnedStateActs(t *testing.T) {
	m := learningStart(t, Layer{Cell: LSTM, Hidden: 3})
	learned := []Tensor{{"rnn.h0_l0", []int{3}, []float32{0.5, -0.3, 0.9}}, {"rnn.c0_l0", []int{3}, []float32{-1, 2, 0.4}}}
	require.NoError(t, m.SetWeights(learned))
	given := State{{"h_l0", []int{1, 3}, learned[0].Data}, {"c_l0", []int{1, 3}, learned[1].Data}}
	zeros := State{{"h_l0", []int{1, 3}, make([]float32, 3)}, {"c_l0", []int{1, 3}, make([]float32, 3)}}

	own, _, err := m.Step(1, nil)
	require.NoError(t, err)
	want, _, err := m.Step(1, given)
	require.NoError(t, err)
	other, _, err := m.Step(1, zeros)
	require.NoError(t, err)
	assert.Equal(t, want, own)
	assert.NotEqual(t, other, own)

	probabilities := func(s State) (list []float64) {
		g, err := m.Generate(GenerateOptions{Prompt: []int32{2}, Length: 3, State: s})
		require.NoError(t, err)
		for !g.Done() {
			_, p, err := g.Next()
			require.NoError(t, err)
			list = append(list, p)
		}
		return list
	}
	assert.Equal(t, probabilities(given), probabilities(nil))
	assert.NotEqual(t, probabilities(zeros), probabilities(nil))

	b := Batch{Inputs: []int32{0, 1}, Targets: []int32{1, 2}, Batch: 1, Steps: 2, State: given}
	_, gradients, initial, err := m.Gradients(b)
	require.NoError(t, err)
	wanted := append([]float32(nil), initial.named("h_l0").Data...)
	for _, g := range gradients {
		if g.Name == "rnn.h0_l0" || g.Name == "rnn.c0_l0" {
			assert.Equal(t, make([]float32, 3), g.Data, "a given state replaces it")
		}
	}
	b.State = nil
	_, gradients, _, err = m.Gradients(b)
	require.NoError(t, err)
	for _, g := range gradients {
		if g.Name == "rnn.h0_l0" {
			assert.Equal(t, wanted, g.Data)
		}
	}
}

// Only the first window of a stream starts from the learned state.
func TestACarriedStateStandsInForTheLearnedOne(t *testing.T) {
	m := learningStart(t, Layer{Cell: LSTM, Hidden: 3})
	o := options(0)
	o.Optimizer.ClipNorm = 0
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(200, 5)}, o) // 6 windows an epoch
	require.NoError(t, err)
	defer run.End()
	for window := range 8 {
		_, _, err := run.Advance()
		require.NoError(t, err)
		moved := firstNonZero(m.gradients.Named("rnn.h0_l0")) >= 0
		assert.Equal(t, window == 0 || window == 6, moved, "window %d", window)
	}
	assert.GreaterOrEqual(t, firstNonZero(m.weights.Named("rnn.h0_l0")), 0, "it was learned")

	file, err := m.Save(nil, true)
	require.NoError(t, err)
	loaded, err := LoadAs(m.Config(), file)
	require.NoError(t, err)
	assert.Equal(t, m.weights.Data, loaded.weights.Data)
}

func firstNonZero(x []float32) int {
	for i, v := range x {
		if v != 0 {
			return i
		}
	}
	return -1
}
