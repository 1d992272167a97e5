package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A given state enters the reverse direction at each sequence's own last valid step: a sequence read alone, or in two
// pieces from its end, says the same.
func TestAStateEntersTheReverseDirectionAtTheSequencesEnd(t *testing.T) {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Values: 2}, Seed: 4, Layers: []Layer{{Cell: LSTM, Hidden: 3, Bidirectional: true}}})
	require.NoError(t, err)
	state := func(batch int) (s State) {
		for k, w := range m.stateShapes() {
			data := make([]float32, batch*3)
			for i := range data {
				data[i] = float32(formula(i%3, k))
			}
			s = append(s, Tensor{w.Name, []int{batch, 3}, data})
		}
		return s
	}
	both, err := m.Forward(Batch{Inputs: []int32{1, 2, 3, 4, 0, 2, 0, 0}, Batch: 2, Steps: 4, Lengths: []int32{4, 2}, State: state(2)})
	require.NoError(t, err)
	alone, err := m.Forward(Batch{Inputs: []int32{0, 2}, Batch: 1, Steps: 2, State: state(1)})
	require.NoError(t, err)
	assert.InDeltaSlice(t, alone.Outputs.Data, both.Outputs.Data[8:12], 1e-6)

	// The end first: what the reverse direction carries out of step 1 enters at step 0.
	end, err := m.Forward(Batch{Inputs: []int32{2}, Batch: 1, Steps: 1, State: state(1)})
	require.NoError(t, err)
	front, err := m.Forward(Batch{Inputs: []int32{0}, Batch: 1, Steps: 1, State: State{
		state(1)[0], state(1)[1], *end.State.named("h_l0_reverse"), *end.State.named("c_l0_reverse"),
	}})
	require.NoError(t, err)
	assert.InDeltaSlice(t, alone.State.named("h_l0_reverse").Data, front.State.named("h_l0_reverse").Data, 1e-6)
	assert.InDeltaSlice(t, both.State.named("h_l0_reverse").Data[3:], front.State.named("h_l0_reverse").Data, 1e-6)
}

func TestASequenceWithoutStepsCountsNothing(t *testing.T) {
	for _, readout := range []Readout{Every, Last} {
		for _, bidirectional := range []bool{false, true} {
			m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 3}, Readout: readout, Seed: 4, InitialState: LearnedState,
				Layers: []Layer{{Cell: GRU, Hidden: 3, Bidirectional: bidirectional}}})
			require.NoError(t, err)
			answers := m.answers(2)
			b := Batch{Inputs: []int32{1, 2, 3, 4}, Targets: make([]int32, 2*answers), Batch: 2, Steps: 2, Lengths: []int32{2, 0}}
			for _, s := range m.stateShapes() {
				data := []float32{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}
				b.State = append(b.State, Tensor{s.Name, []int{2, 3}, data})
			}
			f, err := m.Forward(b)
			require.NoError(t, err)
			assert.Equal(t, make([]float32, 3*answers), f.Outputs.Data[3*answers:], "no output")
			for _, s := range f.State {
				assert.Equal(t, []float32{0.4, 0.5, 0.6}, s.Data[3:], "%s stays", s.Name)
			}
			loss, gradients, initial, err := m.Gradients(b)
			require.NoError(t, err)
			kept := append([]float32(nil), m.gradients.Data...)
			for _, s := range initial {
				assert.Equal(t, make([]float32, 3), s.Data[3:], "nothing depends on %s", s.Name)
			}
			require.NotEmpty(t, gradients)

			one := Batch{Inputs: b.Inputs[:2], Targets: b.Targets[:answers], Batch: 1, Steps: 2}
			for _, s := range b.State {
				one.State = append(one.State, Tensor{s.Name, []int{1, 3}, s.Data[:3]})
			}
			alone, _, _, err := m.Gradients(one)
			require.NoError(t, err)
			assert.InEpsilon(t, alone, loss, 1e-6)
			assert.InDeltaSlice(t, m.gradients.Data, kept, 1e-6)

			// Only sequences without steps: no loss, no gradient.
			b.Lengths = []int32{0, 0}
			loss, _, _, err = m.Gradients(b)
			require.NoError(t, err)
			assert.Zero(t, loss)
			assert.Equal(t, make([]float32, len(kept)), m.gradients.Data)
		}
	}
}
