package core

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cycle is a text that a small network learns quickly: 0 1 2 3 4 0 1 2 …
func cycle(n, vocabulary int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i % vocabulary)
	}
	return ids
}

func options(iterations int) TrainingOptions {
	return TrainingOptions{
		Batch: 4, Steps: 8, Iterations: iterations, Stateful: true, Optimizer: adamOptions(0.02),
		Validation: Validation{Every: 10, Tokens: 1000},
	}
}

// finish takes a run to its end.
func finish(t *testing.T, run *Training) (records []Progress) {
	defer run.End()
	for !run.Done() {
		p, ok, err := run.Advance()
		require.NoError(t, err)
		if ok {
			records = append(records, p)
		}
	}
	return records
}

func TestTrainingLearnsACycle(t *testing.T) {
	for _, cell := range []Cell{Elman, LSTM} {
		m := newModel(t, cell, 5, 12)
		run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, options(200))
		require.NoError(t, err)
		records := finish(t, run)
		require.Len(t, records, 200)
		for i, p := range records {
			assert.Equal(t, i+1, p.Step)
			assert.Equal(t, i/15, p.Epoch, "499 inputs are 15 windows of 4 × 8")
			assert.Equal(t, (i+1)%10 != 0, math.IsNaN(p.ValidationLoss), "evaluated every 10 steps")
			assert.Positive(t, p.TokensPerSecond)
		}
		assert.InDelta(t, math.Log(5), records[0].Loss, 0.3)
		assert.Less(t, records[199].Loss, 0.05)
		assert.Less(t, records[199].ValidationLoss, 0.1)
	}
}

func TestForcingANetworkThatFeedsNothingBackIsRefused(t *testing.T) {
	all, half := 1.0, 0.5
	for _, p := range []*float64{&all, &half} {
		o := options(3)
		o.TeacherForcing = p
		_, err := newModel(t, LSTM, 5, 4).Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, o)
		assert.ErrorContains(t, err, `train: teacherForcing goes with recurrence "output" alone`)
	}
}

func TestEpochsBoundARun(t *testing.T) {
	m := newModel(t, Elman, 5, 4)
	o := options(0)
	o.Epochs = 2
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5)}, o)
	require.NoError(t, err)
	assert.Len(t, finish(t, run), 30)
	o.Stateful = false
	run, err = m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5)}, o)
	require.NoError(t, err)
	records := finish(t, run)
	assert.Len(t, records, 30)
	assert.Equal(t, 60, records[29].Step, "steps go on across runs")
}

// Carried state is what lets a model know, at the first step of a window, what came before it.
func TestStateIsCarriedFromWindowToWindow(t *testing.T) {
	m := newModel(t, LSTM, 5, 8)
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5)}, options(2))
	require.NoError(t, err)
	defer run.End()
	_, _, err = run.Advance()
	require.NoError(t, err)
	kept := append([]float32(nil), run.state[0]...)
	_, err = m.Forward(Batch{Inputs: []int32{1}, Batch: 1, Steps: 1}) // other calls use the workspace in between
	require.NoError(t, err)
	_, _, err = run.Advance()
	require.NoError(t, err)
	assert.Equal(t, kept, m.network.carries()[0].Values[:4*8])
}

func TestEvaluationIsTheMeanLossOfAForwardRun(t *testing.T) {
	m := newModel(t, LSTM, 5, 8)
	held := make([]int32, 33) // one stream of 32 inputs: 4 windows of 8
	for i := range held {
		held[i] = int32(i*i) % 5
	}
	o := options(1)
	o.Batch, o.Validation.Every = 1, 1
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: held}, o)
	require.NoError(t, err)
	records := finish(t, run)
	f, err := m.Forward(Batch{Inputs: held[:32], Targets: held[1:], Batch: 1, Steps: 32})
	require.NoError(t, err)
	assert.InEpsilon(t, f.Loss, records[0].ValidationLoss, 1e-5)
}

func TestTheSameSeedTrainsTheSame(t *testing.T) {
	train := func() []float32 {
		m := newModel(t, LSTM, 5, 8)
		run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, options(25))
		require.NoError(t, err)
		finish(t, run)
		return m.weights.Data
	}
	assert.Equal(t, train(), train())
}

func TestDivergenceStopsTrainingAndPutsTheWeightsBack(t *testing.T) {
	m := newModel(t, LSTM, 5, 8)
	run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, options(1000))
	require.NoError(t, err)
	for m.Steps() < 20 || run.waiting {
		_, _, err = run.Advance()
		require.NoError(t, err)
	}
	good := append([]float32(nil), m.weights.Data...)

	wild := run.Options()
	wild.LearningRate = 1e6
	require.NoError(t, run.SetOptimizer(wild))
	for err == nil {
		_, _, err = run.Advance()
		require.Less(t, m.Steps(), 60, "a learning rate of 1e6 went unnoticed")
	}
	var coded *Error
	require.ErrorAs(t, err, &coded)
	assert.Equal(t, CodeNumeric, coded.Code)
	assert.Contains(t, coded.Message, "the weights were put back to those of step 20")
	assert.Equal(t, good, m.weights.Data)
	assert.Equal(t, 20, m.Steps())

	again, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5)}, options(5))
	require.NoError(t, err)
	assert.Less(t, finish(t, again)[4].Loss, math.Log(5), "training goes on from there")
}

func TestBadTrainingIsRefused(t *testing.T) {
	m := newModel(t, Elman, 5, 4)
	corpus := Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}
	for message, spoil := range map[string]func(*Corpus, *TrainingOptions){
		"the data has 6 tokens, the model takes 5":           func(c *Corpus, _ *TrainingOptions) { c.Tokens = 6 },
		"ids[3] is 5, want 0 … 4":                            func(c *Corpus, _ *TrainingOptions) { c.IDs[3] = 5 },
		"validation ids[0] is -1":                            func(c *Corpus, _ *TrainingOptions) { c.Validation[0] = -1 },
		"the text has 32 tokens, batch 4 × steps 8 needs 33": func(c *Corpus, _ *TrainingOptions) { c.IDs = c.IDs[:32] },
		"batch is 0":               func(_ *Corpus, o *TrainingOptions) { o.Batch = 0 },
		"steps is -1":              func(_ *Corpus, o *TrainingOptions) { o.Steps = -1 },
		"epochs is -1":             func(_ *Corpus, o *TrainingOptions) { o.Epochs = -1 },
		"validation.every is -1":   func(_ *Corpus, o *TrainingOptions) { o.Validation.Every = -1 },
		"optimizer.clipNorm is -1": func(_ *Corpus, o *TrainingOptions) { o.Optimizer.ClipNorm = -1 },
		"is more than 67108864":    func(_ *Corpus, o *TrainingOptions) { o.Batch, o.Steps = 1<<14, 1<<14 },
		"take fewer of either":     func(_ *Corpus, o *TrainingOptions) { o.Batch, o.Steps = 1<<13, 1<<13 },
	} {
		c := Corpus{Tokens: corpus.Tokens, IDs: append([]int32(nil), corpus.IDs...), Validation: append([]int32(nil), corpus.Validation...)}
		o := options(5)
		spoil(&c, &o)
		_, err := m.Train(c, o)
		assert.ErrorContains(t, err, message)
	}
	run, err := m.Train(corpus, options(5))
	require.NoError(t, err)
	_, err = m.Train(corpus, options(5))
	assert.ErrorContains(t, err, "the model is training already")
	wantError(t, m, CodeState, "stop or await that run first", func() error {
		_, err := m.TrainStep(Batch{Inputs: []int32{0}, Targets: []int32{1}, Batch: 1, Steps: 1}, adamOptions(0.1))
		return err
	})
	other := run.Options()
	other.Name = "adagrad"
	assert.ErrorContains(t, run.SetOptimizer(other), "wants a new run")
	run.End()
	_, err = m.Train(corpus, options(5))
	assert.NoError(t, err)
}

func TestTrainingAllocatesNothing(t *testing.T) {
	for _, stack := range [][]int{{16}, {12, 16}} {
		for _, cell := range []Cell{Elman, LSTM} {
			m := newModel(t, cell, 5, stack...)
			run, err := m.Train(Corpus{Tokens: 5, IDs: cycle(500, 5), Validation: cycle(60, 5)}, options(0))
			require.NoError(t, err)
			advance := func() {
				if _, _, err := run.Advance(); err != nil {
					t.Fatal(err)
				}
			}
			for range 200 {
				advance()
			}
			assert.Zero(t, testing.AllocsPerRun(200, advance), "%s %v", cell, stack)
		}
	}
}
