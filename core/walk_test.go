package core

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/reference"
)

// alike wants two tensors of the engine to be equal up to rounding.
func alike(t *testing.T, what string, want, got []float32) {
	t.Helper()
	require.Len(t, got, len(want), what)
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - float64(w)); !(d <= 1e-5*largest) {
			t.Errorf("%s[%d] is %v, want %v (largest %v)", what, i, got[i], w, largest)
			return
		}
	}
}

// Cut anywhere, a run says what the whole run says: the equations are the judge of one cut, the whole run of the others.
func TestRecomputationChangesNothing(t *testing.T) {
	for _, c := range familyCases() {
		if config := c.config.withDefaults(); config.bidirectional() || config.jordan() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			f := newFamily(t, c)
			whole, err := f.model.Forward(f.batch)
			require.NoError(t, err)
			loss, _, wantInitial, err := f.model.Gradients(f.batch)
			require.NoError(t, err)
			want := append([]float32(nil), f.model.gradients.Data...)
			for _, segment := range []int{1, 4, 5, 6, 100, AutoRecompute} { // of 6 steps
				f.batch.Recompute = segment
				cut, err := f.model.Forward(f.batch)
				require.NoError(t, err)
				assert.InEpsilon(t, whole.Loss, cut.Loss, 1e-6)
				alike(t, "outputs", whole.Outputs.Data, cut.Outputs.Data)
				got, _, initial, err := f.model.Gradients(f.batch)
				require.NoError(t, err)
				assert.InEpsilon(t, loss, got, 1e-6)
				alike(t, fmt.Sprint("gradients at segments of ", segment), want, f.model.gradients.Data)
				for k := range initial {
					alike(t, "state "+initial[k].Name, whole.State[k].Data, cut.State[k].Data)
					alike(t, "∂L/∂"+initial[k].Name, wantInitial[k].Data, initial[k].Data)
				}
			}
			f.batch.Recompute = 2
			f.agreeWithTheEquations(t)
		})
	}
}

func TestRecomputationDropsWhatTheWholeRunDrops(t *testing.T) {
	for _, readout := range []Readout{Every, Last} {
		var losses [2][]float64
		var weights [2][]float32
		for i, segment := range []int{0, 3} {
			m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 4}, Readout: readout, Seed: 3, Layers: []Layer{
				{Cell: LSTM, Hidden: 6, Dropout: 0.4}, {Cell: GRU, Hidden: 5, Dropout: 0.3}}})
			require.NoError(t, err)
			b := Batch{Inputs: cycle(3*8, 5), Targets: cycle(3*m.answers(8), 4), Batch: 3, Steps: 8, Lengths: []int32{8, 2, 5}, Recompute: segment}
			o := adamOptions(0.01)
			o.Name = "sgd"
			for range 3 {
				s, err := m.TrainStep(b, o)
				require.NoError(t, err)
				losses[i] = append(losses[i], s.Loss)
			}
			weights[i] = m.weights.Data
		}
		assert.InEpsilonSlice(t, losses[0], losses[1], 1e-5)
		assert.NotEqual(t, losses[0][0], losses[0][1], "masks are drawn anew for every step")
		alike(t, "weights", weights[0], weights[1])
	}
}

func TestTrainingWithRecomputationIsTheSame(t *testing.T) {
	var losses [2][]float64
	var held [2][]float64
	for i, segment := range []int{0, AutoRecompute} {
		m := newModel(t, LSTM, 5, 6, 5)
		o := options(20)
		o.Stride, o.Recompute = 5, segment // the carried state lies within a segment
		run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, o)
		require.NoError(t, err)
		for _, p := range finish(t, run) {
			losses[i] = append(losses[i], p.Loss)
			if !math.IsNaN(p.ValidationLoss) {
				held[i] = append(held[i], p.ValidationLoss)
			}
		}
	}
	assert.InEpsilonSlice(t, losses[0], losses[1], 1e-4)
	assert.InEpsilonSlice(t, held[0], held[1], 1e-4)
	assert.Len(t, held[0], 2)
}

func TestRecomputationIsRefusedWhereNoBorderHasAState(t *testing.T) {
	both, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, Layers: []Layer{{Cell: LSTM, Hidden: 3, Bidirectional: true}}})
	require.NoError(t, err)
	feedback, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, Layers: []Layer{{Cell: Elman, Hidden: 3, Recurrence: FromOutput}}})
	require.NoError(t, err)
	b := Batch{Inputs: []int32{0, 1}, Targets: []int32{1, 2}, Batch: 1, Steps: 2, Recompute: 1}
	step := func(m *Model) func() error {
		return func() error { _, err := m.TrainStep(b, adamOptions(0.1)); return err }
	}
	wantError(t, both, CodeUnsupported, "a bidirectional layer reads from both ends", step(both))
	wantError(t, feedback, CodeUnsupported, `recompute goes with recurrence "hidden" alone`, step(feedback))
	plain := newModel(t, LSTM, 5, 3)
	b.Recompute = -2
	wantError(t, plain, CodeRange, "recompute is -2, want the length of a segment", step(plain))
}

func TestTrainingWithRecomputationAllocatesNothing(t *testing.T) {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, InitialState: LearnedState, Layers: []Layer{
		{Cell: LSTM, Hidden: 6, Dropout: 0.2}, {Cell: GRU, Hidden: 5, LayerNorm: true, ResetBefore: true}}})
	require.NoError(t, err)
	o := options(0)
	o.Stride, o.Recompute = 3, 3
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, o)
	require.NoError(t, err)
	advance := func() {
		if _, _, err := run.Advance(); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		advance()
	}
	assert.Zero(t, testing.AllocsPerRun(200, advance))
}

// Truncated BPTT(5; 2) of one stream of 9 inputs, written out with the equations: windows begin at 0, 2 and 4; the first
// counts its five steps, the others their last two; each begins with the state behind the second step of the one before,
// which that one computed with the weights before its update.
func TestAStrideIsTruncatedBPTTWithAHistory(t *testing.T) {
	const steps, stride = 5, 2
	p := newPair(t, parityCase{cells: []Cell{LSTM, Elman}, hidden: []int{4, 3}, vocabulary: 6, B: 1, T: 1})
	ids := []int32{0, 3, 1, 4, 2, 5, 3, 0, 1, 2} // 10 tokens: one offset, three windows
	o := TrainingOptions{Batch: 1, Steps: steps, Stride: stride, Iterations: 6, Stateful: true, Optimizer: adamOptions(0.05)}
	o.Optimizer.Name, o.Optimizer.ClipNorm = "sgd", 0
	run, err := p.model.Train(Corpus{Tokens: 6, IDs: ids}, o)
	require.NoError(t, err)
	records := finish(t, run)

	rule := reference.NewSGD()
	rule.LearningRate = 0.05
	var state []reference.State
	for window := range 6 {
		begin, first := window%3*stride, 0
		if window%3 == 0 {
			state = p.network.ZeroStates()
		} else {
			first = steps - stride
		}
		var inputs, targets []int
		weights := make([]float64, steps)
		for s := range steps {
			inputs, targets = append(inputs, int(ids[begin+s])), append(targets, int(ids[begin+s+1]))
			if s >= first {
				weights[s] = 1 / float64(steps-first)
			}
		}
		p.network.ZeroGradients()
		loss, _ := p.network.Gradients(reference.OneHot(inputs, 6), state, targets, weights)
		_, state = p.network.Forward(reference.OneHot(inputs[:stride], 6), state)
		rule.Step(p.network.Parameters(), 1)
		assert.InEpsilon(t, loss, records[window].Loss, 1e-5, "window %d", window)
		assert.Equal(t, window/3, records[window].Epoch)
	}
	for k, w := range p.model.Weights() {
		agree(t, w.Name, p.network.Parameters()[k].Value, w.Data, 1e-5)
	}
}

func TestAStrideThatDoesNotFitIsRefused(t *testing.T) {
	m := newModel(t, LSTM, 5, 3)
	corpus := Corpus{Tokens: 5, IDs: cycle(500, 5)}
	for message, spoil := range map[string]func(*TrainingOptions){
		"stride is 9, want 1 … 8 (steps)":                                          func(o *TrainingOptions) { o.Stride = 9 },
		"stride is -1, want 1 … 8 (steps)":                                         func(o *TrainingOptions) { o.Stride = -1 },
		"stride 3 makes windows of 8 steps overlap, which goes with stateful true": func(o *TrainingOptions) { o.Stride, o.Stateful = 3, false },
	} {
		o := options(1)
		spoil(&o)
		_, err := m.Train(corpus, o)
		assert.ErrorContains(t, err, message)
	}
	o := options(1)
	o.Stride, o.Validation = 3, Validation{}
	_, err := m.Train(Corpus{Sequences: &Sequences{Lengths: []int32{2}, Inputs: []int32{1, 2}, Targets: []int32{2, 3}}}, o)
	assert.ErrorContains(t, err, "stride is 3, but sequences are read whole")
}
