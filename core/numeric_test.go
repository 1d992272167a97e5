package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/optim"
)

// growing is an Elman layer of one unit with relu, h(t) = 1 + w h(t-1), whatever it reads: 1, 1 + w, 1 + w + w² …; with
// w = 1e20 the third is infinite.
func growing(t *testing.T, config Config, w float32) *Model {
	config.Layers, config.Seed = []Layer{{Cell: Elman, Hidden: 1, Activation: Relu, Dropout: 0.5}}, 3
	m, err := New(config)
	require.NoError(t, err)
	require.NoError(t, m.SetWeights([]Tensor{
		{"rnn.weight_ih_l0", []int{1, 5}, make([]float32, 5)}, {"rnn.weight_hh_l0", []int{1, 1}, []float32{w}},
		{"rnn.bias_ih_l0", []int{1}, []float32{1}}, {"rnn.bias_hh_l0", []int{1}, []float32{0}},
	}))
	return m
}

// wantNumeric wants the error, and that nothing that a file keeps has changed: weights, optimiser, steps, generators.
func wantNumeric(t *testing.T, m *Model, message string, call func() error) {
	t.Helper()
	before, err := m.Save(nil, true)
	require.NoError(t, err)
	options, scheduled, plateau := m.options, m.scheduled, m.plateau
	wantError(t, m, CodeNumeric, message, call)
	after, err := m.Save(nil, true)
	require.NoError(t, err)
	assert.Equal(t, before, after, "nothing has changed")
	assert.Equal(t, []any{options, scheduled, plateau}, []any{m.options, m.scheduled, m.plateau})
}

func TestTheFirstStateThatOverflowsIsNamed(t *testing.T) {
	m := growing(t, Config{Input: tokensIn(5), Output: Output{Classes: 5}}, 1e20)
	for _, segment := range []int{0, 1, 2} {
		b := Batch{Inputs: make([]int32, 12), Targets: make([]int32, 12), Batch: 3, Steps: 4, Lengths: []int32{2, 3, 4}, Recompute: segment}
		const want = "state h_l0 of sequence 2 at step 2 is +Inf"
		wantNumeric(t, m, "forward: "+want, func() error { _, err := m.Forward(b); return err })
		wantNumeric(t, m, "gradients: "+want, func() error { _, _, _, err := m.Gradients(b); return err })
		wantNumeric(t, m, want+"; this was training step 1, the weights are those of step 0", func() error {
			_, err := m.TrainStep(b, adamOptions(0.1))
			return err
		})
		// What a sequence reads past its end means nothing.
		b.Lengths = []int32{2, 2, 2}
		_, err := m.Forward(b)
		assert.NoError(t, err)
	}
}

func TestInAStackTheEarliestStepIsNamed(t *testing.T) {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, Layers: []Layer{
		{Cell: Elman, Hidden: 2, Activation: Relu}, {Cell: Elman, Hidden: 1, Activation: Relu}}})
	require.NoError(t, err)
	zeros := func(name string, shape ...int) Tensor {
		n := 1
		for _, e := range shape {
			n *= e
		}
		return Tensor{name, shape, make([]float32, n)}
	}
	below := zeros("rnn.weight_hh_l0", 2, 2)
	below.Data[3] = 1e15 // 1, 1e15, 1e30, infinite at step 3
	above := zeros("rnn.weight_hh_l1", 1, 1)
	above.Data[0] = 1e20 // 1, 1e20, infinite at step 2
	ones := func(name string, n int) Tensor { z := zeros(name, n); fill(z.Data, 1); return z }
	require.NoError(t, m.SetWeights([]Tensor{
		zeros("rnn.weight_ih_l0", 2, 5), below, ones("rnn.bias_ih_l0", 2), zeros("rnn.bias_hh_l0", 2),
		zeros("rnn.weight_ih_l1", 1, 2), above, ones("rnn.bias_ih_l1", 1), zeros("rnn.bias_hh_l1", 1),
	}))
	b := Batch{Inputs: make([]int32, 5), Batch: 1, Steps: 5}
	wantNumeric(t, m, "state h_l1 of sequence 0 at step 2 is +Inf", func() error { _, err := m.Forward(b); return err })
	above.Data[0] = 1
	require.NoError(t, m.SetWeights([]Tensor{above}))
	wantNumeric(t, m, "state h_l0 of sequence 0 at step 3 is +Inf", func() error { _, err := m.Forward(b); return err })
}

// The reverse direction comes to step 1 of a sequence of four as its third.
func TestOfTheReverseDirectionTheStepInTimeIsNamed(t *testing.T) {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 5}, Layers: []Layer{{Cell: Elman, Hidden: 1, Activation: Relu, Bidirectional: true}}})
	require.NoError(t, err)
	one := func(name string, v float32, shape ...int) Tensor { return Tensor{name, shape, []float32{v}} }
	require.NoError(t, m.SetWeights([]Tensor{
		{"rnn.weight_ih_l0_reverse", []int{1, 5}, make([]float32, 5)}, one("rnn.weight_hh_l0_reverse", 1e20, 1, 1),
		one("rnn.bias_ih_l0_reverse", 1, 1), one("rnn.bias_hh_l0_reverse", 0, 1),
	}))
	b := Batch{Inputs: make([]int32, 10), Batch: 2, Steps: 5, Lengths: []int32{2, 4}}
	wantNumeric(t, m, "state h_l0_reverse of sequence 1 at step 1 is +Inf", func() error { _, err := m.Forward(b); return err })
}

func TestAStepAndAGenerationThatOverflowStayWhereTheyWere(t *testing.T) {
	m := growing(t, Config{Input: tokensIn(5), Output: Output{Classes: 5}}, 1e20)
	var state State
	for range 2 {
		var err error
		_, state, err = m.Step(0, state)
		require.NoError(t, err)
	}
	wantNumeric(t, m, "step: state h_l0 of sequence 0 at step 0 is +Inf", func() error { _, _, err := m.Step(0, state); return err })

	seed := uint64(1)
	g, err := m.Generate(GenerateOptions{Prompt: []int32{0}, Length: 5, Seed: &seed})
	require.NoError(t, err)
	for range 2 {
		_, _, err = g.Next()
		require.NoError(t, err)
	}
	kept := append([]float32(nil), g.state[0]...)
	for range 2 {
		wantNumeric(t, m, "generate: state h_l0 of sequence 0 at step 0 is +Inf", func() error { _, _, err := g.Next(); return err })
		assert.Equal(t, kept, g.state[0])
	}
	require.NoError(t, m.SetWeights([]Tensor{{"rnn.weight_hh_l0", []int{1, 1}, []float32{0.5}}}))
	_, _, err = g.Next()
	assert.NoError(t, err, "the generation goes on with weights that are small enough")
	assert.Equal(t, 2, g.left)
}

func TestAnOutputThatOverflowsIsNamed(t *testing.T) {
	for _, readout := range []Readout{Every, Last} {
		m := growing(t, Config{Input: tokensIn(5), Output: Output{Values: 2}, Readout: readout}, 1e15)
		require.NoError(t, m.SetWeights([]Tensor{{"head.weight", []int{2, 1}, []float32{1, 1e30}}}))
		b := Batch{Inputs: make([]int32, 6), Batch: 2, Steps: 3, Lengths: []int32{1, 3}}
		want := "output 1 is +Inf, that of sequence 1 at step 1"
		if readout == Last {
			want = "output 1 is +Inf, that of sequence 1"
		}
		wantNumeric(t, m, want, func() error { _, err := m.Forward(b); return err })
	}
}

func TestALossThatOverflowsIsNamed(t *testing.T) {
	for _, readout := range []Readout{Every, Last} {
		m, err := New(Config{Input: tokensIn(5), Output: Output{Values: 1}, Readout: readout, Layers: []Layer{{Cell: GRU, Hidden: 3, Dropout: 0.5}}})
		require.NoError(t, err)
		b := Batch{Inputs: make([]int32, 6), Batch: 2, Steps: 3, TargetValues: make([]float32, 2*m.answers(3))}
		b.TargetValues[len(b.TargetValues)-1] = 1e30
		want := "the loss is +Inf, that of sequence 1 at step 2"
		if readout == Last {
			want = "the loss is +Inf, that of sequence 1"
		}
		wantNumeric(t, m, want, func() error { _, err := m.Forward(b); return err })
		wantNumeric(t, m, want, func() error { _, _, _, err := m.Gradients(b); return err })
		wantNumeric(t, m, want, func() error { _, err := m.TrainStep(b, adamOptions(0.1)); return err })
		b.Mask = []float32{1, 1, 1, 1, 1, 0}
		_, err = m.TrainStep(b, adamOptions(0.1))
		assert.NoError(t, err, "what does not count is not looked at")
		wantNumeric(t, m, want, func() error { b.Mask = nil; _, err := m.TrainStep(b, adamOptions(0.1)); return err })
	}
}

// h = 1e-30, 1e-12, 1e6: the loss is finite, and the gradient on h(1) is 2e6 · 1e18².
func TestAGradientThatOverflowsIsNamed(t *testing.T) {
	m := growing(t, Config{Input: tokensIn(5), Output: Output{Values: 1}, Readout: Last}, 1e18)
	require.NoError(t, m.SetWeights([]Tensor{
		{"rnn.bias_ih_l0", []int{1}, []float32{1e-30}}, {"head.weight", []int{1, 1}, []float32{1}}, {"head.bias", []int{1}, []float32{0}},
	}))
	b := Batch{Inputs: make([]int32, 3), Batch: 1, Steps: 3, TargetValues: []float32{0}}
	_, err := m.Forward(b)
	require.NoError(t, err)
	const want = "the gradient of rnn.weight_ih_l0 is not finite"
	wantNumeric(t, m, want, func() error { _, _, _, err := m.Gradients(b); return err })
	plain, err := New(Config{Input: tokensIn(5), Output: Output{Values: 1}, Readout: Last, Layers: []Layer{{Cell: Elman, Hidden: 1, Activation: Relu}}})
	require.NoError(t, err)
	require.NoError(t, plain.SetWeights(m.Weights()))
	wantNumeric(t, plain, want, func() error { _, err := plain.TrainStep(b, adamOptions(0.1)); return err })
}

func TestAnUpdateThatWouldOverflowNamesItsTensor(t *testing.T) {
	m := newModel(t, Elman, 3, 2)
	b := Batch{Inputs: []int32{0, 1}, Targets: []int32{1, 2}, Batch: 1, Steps: 2}
	bias := []float32{2.99e38, 2.99e38, 2.99e38} // alike: softmax does not see them
	require.NoError(t, m.SetWeights([]Tensor{{"head.bias", []int{3}, bias}}))
	sgd, _ := optim.Defaults("sgd")
	sgd.LearningRate = 1e37
	wantNumeric(t, m, "would not leave head.bias finite", func() error { _, err := m.TrainStep(b, sgd); return err })
	decayed := sgd
	decayed.LearningRate, decayed.WeightDecay = 1, 10
	wantNumeric(t, m, "would not leave head.bias finite", func() error { _, err := m.TrainStep(b, decayed); return err })
	sgd.LearningRate = 1
	_, err := m.TrainStep(b, sgd)
	require.NoError(t, err)
	assert.Negative(t, firstNonFinite(m.weights.Data))

	// A rate of which the kernels' float32 would make infinity, on a small gradient.
	small := newModel(t, Elman, 3, 2)
	sgd.LearningRate = 1e39
	wantNumeric(t, small, "learning rate 1e+39", func() error { _, err := small.TrainStep(b, sgd); return err })
	// Momentum that an earlier, larger gradient left: the present one alone would be harmless.
	momentum, _ := optim.Defaults("momentum")
	momentum.LearningRate = 1e-30
	values, err := New(Config{Input: tokensIn(5), Output: Output{Values: 1}, Layers: []Layer{{Cell: GRU, Hidden: 2}}})
	require.NoError(t, err)
	far := Batch{Inputs: []int32{0}, TargetValues: []float32{1e18}, Batch: 1, Steps: 1}
	_, err = values.TrainStep(far, momentum)
	require.NoError(t, err)
	near := Batch{Inputs: []int32{0}, TargetValues: []float32{0}, Batch: 1, Steps: 1}
	momentum.LearningRate = 1e25
	wantNumeric(t, values, "an update with learning rate 1e+25", func() error { _, err := values.TrainStep(near, momentum); return err })
}

func TestTrainingAndEvaluationNameWhatOverflows(t *testing.T) {
	m := growing(t, Config{Input: tokensIn(5), Output: Output{Classes: 5}}, 1e20)
	corpus := Corpus{Tokens: 5, IDs: cycle(500, 5)}
	o := options(5)
	before, err := m.Save(nil, true)
	require.NoError(t, err)
	run, err := m.Train(corpus, o)
	require.NoError(t, err)
	_, _, err = run.Advance()
	var coded *Error
	require.ErrorAs(t, err, &coded)
	assert.Equal(t, CodeNumeric, coded.Code)
	assert.Contains(t, coded.Message, "state h_l0 of sequence 0 at step 2 is +Inf")
	after, err := m.Save(nil, true)
	require.NoError(t, err)
	assert.Equal(t, before, after, "also where windows are cut, and what is dropped, begins anew")

	// Held-out sequences whose targets cannot be judged.
	v, err := New(Config{Input: featuresIn(1), Output: Output{Values: 1}, Layers: []Layer{{Cell: GRU, Hidden: 2}}})
	require.NoError(t, err)
	sequences := func(target float32) *Sequences {
		return &Sequences{Lengths: []int32{2, 3}, Features: make([]float32, 5), TargetValues: []float32{0, 0, 0, 0, target}}
	}
	o = options(5)
	o.Stateful, o.Steps, o.Validation = false, 0, Validation{Every: 1, Tokens: 100}
	before, err = v.Save(nil, true)
	require.NoError(t, err)
	run, err = v.Train(Corpus{Sequences: sequences(0), ValidationSequences: sequences(1e30)}, o)
	require.NoError(t, err)
	_, ok, err := run.Advance()
	require.NoError(t, err)
	assert.False(t, ok)
	_, _, err = run.Advance()
	assert.ErrorContains(t, err, "train: the held-out loss is +Inf: the loss is +Inf, that of sequence ")
	after, err = v.Save(nil, true)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	_, err = v.TrainStep(Batch{Features: []float32{1}, TargetValues: []float32{1}, Batch: 1, Steps: 1}, adamOptions(0.1))
	assert.NoError(t, err, "the run is over")
}
