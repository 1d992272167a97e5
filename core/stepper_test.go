package core

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stepperConfigs are networks that take a sequence step by step.
func stepperConfigs() map[string]Config {
	classes := Output{Classes: 5}
	return map[string]Config{
		"rnn":         {Input: Input{Tokens: 5}, Layers: []Layer{{Cell: Elman, Hidden: 7}}, Output: classes},
		"lstm, gru":   {Input: Input{Tokens: 5}, Embedding: 3, Layers: []Layer{{Cell: LSTM, Hidden: 6}, {Cell: GRU, Hidden: 9}}, Output: classes},
		"vectors":     {Input: Input{Features: 3}, Layers: []Layer{{Cell: LSTM, Hidden: 4, LayerNorm: true}}, Output: Output{Values: 2}},
		"jordan":      {Input: Input{Tokens: 5}, Layers: []Layer{{Cell: Elman, Hidden: 7, Recurrence: FromOutput}}, Output: classes},
		"last, label": {Input: Input{Features: 2}, Layers: []Layer{{Cell: GRU, Hidden: 3, ResetBefore: true}}, Readout: Last, Output: Output{Labels: 2}},
	}
}

func TestStepperStepsAsStepDoes(t *testing.T) {
	for name, config := range stepperConfigs() {
		t.Run(name, func(t *testing.T) {
			m, err := New(config)
			require.NoError(t, err)
			s, err := m.NewStepper()
			require.NoError(t, err)
			var state State
			for step := range 6 {
				token, features := int32(step%5), make([]float32, config.Input.Features)
				for i := range features {
					features[i] = float32(math.Sin(float64(step + i)))
				}
				var output []float32
				if config.Input.Features > 0 {
					output, state, err = m.StepFeatures(features, state)
				} else {
					output, state, err = m.Step(token, state)
				}
				require.NoError(t, err)
				copy(s.Floats, features)
				require.True(t, s.Step(token, step > 0))
				assert.Equal(t, output, s.Floats[len(s.Floats)-s.Outputs:])
				at := s.Features
				for i, slot := range s.State {
					assert.Equal(t, state[i].Name, slot.Name)
					assert.Equal(t, state[i].Data, s.Floats[at:at+slot.Width])
					at += slot.Width
				}
			}
			require.True(t, s.Step(1, false), "the state before is left aside")
			if config.Input.Features == 0 {
				first, _, err := m.Step(1, nil)
				require.NoError(t, err)
				assert.Equal(t, first, s.Floats[len(s.Floats)-s.Outputs:])
			}
			assert.Zero(t, testing.AllocsPerRun(20, func() { s.Step(1, true) }), "a step allocates nothing")
		})
	}
}

func TestStepperLeavesFaultsToStep(t *testing.T) {
	m, err := New(stepperConfigs()["rnn"])
	require.NoError(t, err)
	s, err := m.NewStepper()
	require.NoError(t, err)
	assert.False(t, s.Step(-1, false))
	assert.False(t, s.Step(5, false))
	s.Floats[0] = float32(math.NaN())
	assert.False(t, s.Step(0, true))
	assert.True(t, s.Step(0, false), "a state that is not resumed is not looked at")

	v, err := New(stepperConfigs()["vectors"])
	require.NoError(t, err)
	s, err = v.NewStepper()
	require.NoError(t, err)
	s.Floats[1] = float32(math.Inf(1))
	assert.False(t, s.Step(0, false))

	both, err := New(Config{Input: Input{Tokens: 3}, Layers: []Layer{{Cell: GRU, Hidden: 2, Bidirectional: true}}, Output: Output{Classes: 3}})
	require.NoError(t, err)
	_, err = both.NewStepper()
	assert.ErrorContains(t, err, "step: a bidirectional layer")
}
