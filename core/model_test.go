package core

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/optim"
)

func newModel(t *testing.T, cell Cell, vocabulary int, hidden ...int) *Model {
	config := Config{Input: Input{Tokens: vocabulary}, Output: Output{Classes: vocabulary}, Seed: 7}
	for _, h := range hidden {
		config.Layers = append(config.Layers, Layer{Cell: cell, Hidden: h})
	}
	m, err := New(config)
	require.NoError(t, err)
	return m
}

func adamOptions(rate float64) optim.Options {
	o, _ := optim.Defaults("adam")
	o.LearningRate, o.ClipNorm = rate, 5
	return o
}

// wantError checks code and message and that the weights did not change.
func wantError(t *testing.T, m *Model, code Code, message string, call func() error) {
	t.Helper()
	before := append([]float32(nil), m.weights.Data...)
	err := call()
	var coded *Error
	if assert.ErrorAs(t, err, &coded) {
		assert.Equal(t, code, coded.Code, coded.Message)
		assert.Contains(t, coded.Message, message)
	}
	assert.Equal(t, before, m.weights.Data)
}

func TestWeightsHavePyTorchNamesShapesAndBounds(t *testing.T) {
	m := newModel(t, LSTM, 5, 3, 4)
	want := []struct {
		name  string
		shape []int
		bound float64
	}{
		{"rnn.weight_ih_l0", []int{12, 5}, 1 / math.Sqrt(3)}, {"rnn.weight_hh_l0", []int{12, 3}, 1 / math.Sqrt(3)},
		{"rnn.bias_ih_l0", []int{12}, 1 / math.Sqrt(3)}, {"rnn.bias_hh_l0", []int{12}, 1 / math.Sqrt(3)},
		{"rnn.weight_ih_l1", []int{16, 3}, 0.5}, {"rnn.weight_hh_l1", []int{16, 4}, 0.5},
		{"rnn.bias_ih_l1", []int{16}, 0.5}, {"rnn.bias_hh_l1", []int{16}, 0.5},
		{"head.weight", []int{5, 4}, 0.5}, {"head.bias", []int{5}, 0.5},
	}
	weights := m.Weights()
	require.Len(t, weights, len(want))
	for i, w := range want {
		assert.Equal(t, w.name, weights[i].Name)
		assert.Equal(t, w.shape, weights[i].Shape)
		for _, x := range weights[i].Data {
			assert.True(t, math.Abs(float64(x)) <= w.bound && x != 0, "%s holds %v", w.name, x)
		}
	}
	assert.Equal(t, m.weights.Data, newModel(t, LSTM, 5, 3, 4).weights.Data, "the seed fixes the weights")
}

func TestStepsEqualForward(t *testing.T) {
	for _, cell := range []Cell{Elman, LSTM} {
		m := newModel(t, cell, 6, 5, 4)
		ids := []int32{3, 1, 4, 1, 5, 0, 2}
		f, err := m.Forward(Batch{Inputs: ids, Batch: 1, Steps: len(ids)})
		require.NoError(t, err)
		var state State
		for s, id := range ids {
			var p []float32
			p, state, err = m.Step(id, state)
			require.NoError(t, err)
			assert.InDeltaSlice(t, f.Outputs.Data[s*6:(s+1)*6], p, 1e-6)
		}
		for i := range f.State {
			assert.InDeltaSlice(t, f.State[i].Data, state[i].Data, 1e-6)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := func() Config {
		return Config{Input: Input{Tokens: 5}, Output: Output{Classes: 5}, Layers: []Layer{{Cell: LSTM, Hidden: 4}}}
	}
	for _, c := range []struct {
		code    Code
		message string
		spoil   func(*Config)
	}{
		{CodeRange, "config: input.tokens is 0, want 1", func(c *Config) { c.Input.Tokens = 0 }},
		{CodeRange, "config: output.classes is -1", func(c *Config) { c.Output.Classes = -1 }},
		{CodeConfig, "config: layers is empty", func(c *Config) { c.Layers = nil }},
		{CodeConfig, `config: layers[0].cell is "gruu", want "rnn", "lstm" or "gru"`, func(c *Config) { c.Layers[0].Cell = "gruu" }},
		{CodeRange, "config: layers[0].hidden is 0", func(c *Config) { c.Layers[0].Hidden = 0 }},
		{CodeRange, "config: layers[0].hidden is 16777217", func(c *Config) { c.Layers[0].Hidden = 1<<24 + 1 }},
		{CodeMemory, "at most 3222 MB can be had", func(c *Config) { c.Layers[0].Hidden = 1 << 24 }},
		{CodeMemory, "at most 3222 MB can be had", func(c *Config) { c.Layers[0].Hidden = 8192 }},
	} {
		config := good()
		c.spoil(&config)
		_, err := New(config)
		var coded *Error
		if assert.ErrorAs(t, err, &coded) {
			assert.Equal(t, c.code, coded.Code)
			assert.Contains(t, coded.Message, c.message)
		}
	}
}

func TestBadBatchesAreRefused(t *testing.T) {
	m := newModel(t, LSTM, 5, 4)
	good := func() Batch {
		return Batch{Inputs: []int32{0, 1, 2, 3, 4, 0}, Targets: []int32{1, 2, 3, 4, 0, 1}, Batch: 2, Steps: 3}
	}
	state := func(name string, shape []int, n int) State {
		return State{{name, shape, make([]float32, n)}, {"c_l0", []int{2, 4}, make([]float32, 8)}}
	}
	for _, c := range []struct {
		code    Code
		message string
		spoil   func(*Batch)
	}{
		{CodeShape, "shape is [0 3]", func(b *Batch) { b.Batch = 0 }},
		{CodeShape, "shape is [2 -1]", func(b *Batch) { b.Steps = -1 }},
		{CodeShape, "at most 67108864 in all", func(b *Batch) { b.Batch, b.Steps = 1<<20, 1<<20 }},
		{CodeShape, "inputs has 5 ids, shape [2 3] wants 6", func(b *Batch) { b.Inputs = b.Inputs[:5] }},
		{CodeShape, "targets has 7 ids", func(b *Batch) { b.Targets = make([]int32, 7) }},
		{CodeConfig, "targets are missing", func(b *Batch) { b.Targets = nil }},
		{CodeRange, "inputs[1][2] is 5, want 0 … 4 (input.tokens = 5)", func(b *Batch) { b.Inputs[5] = 5 }},
		{CodeRange, "targets[0][1] is -1, want 0 … 4 (output.classes = 5)", func(b *Batch) { b.Targets[1] = -1 }},
		{CodeState, `state has no "h_l0"; this model carries h_l0, c_l0`, func(b *Batch) { b.State = State{} }},
		{CodeShape, "state h_l0 is [3 4]", func(b *Batch) { b.State = state("h_l0", []int{3, 4}, 12) }},
		{CodeShape, "state h_l0 is [2 4] with 7 values", func(b *Batch) { b.State = state("h_l0", []int{2, 4}, 7) }},
		{CodeState, `state has "h_l1"`, func(b *Batch) {
			b.State = append(state("h_l0", []int{2, 4}, 8), Tensor{"h_l1", []int{2, 4}, make([]float32, 8)})
		}},
		{CodeNumeric, "state h_l0[3] is NaN", func(b *Batch) {
			b.State = state("h_l0", []int{2, 4}, 8)
			b.State[0].Data[3] = float32(math.NaN())
		}},
	} {
		b := good()
		c.spoil(&b)
		wantError(t, m, c.code, c.message, func() error { _, err := m.TrainStep(b, adamOptions(0.1)); return err })
		wantError(t, m, c.code, c.message, func() error { _, _, _, err := m.Gradients(b); return err })
	}
	wantError(t, m, CodeRange, "inputs[0][0] is 9", func() error { _, _, err := m.Step(9, nil); return err })
}

func TestBadOptimizersAreRefused(t *testing.T) {
	m := newModel(t, Elman, 5, 4)
	b := Batch{Inputs: []int32{0, 1}, Targets: []int32{1, 2}, Batch: 1, Steps: 2}
	for message, spoil := range map[string]func(*optim.Options){
		"optimizer.name is \"adan\"":       func(o *optim.Options) { o.Name = "adan" },
		"optimizer.learningRate is 0":      func(o *optim.Options) { o.LearningRate = 0 },
		"optimizer.learningRate is NaN":    func(o *optim.Options) { o.LearningRate = math.NaN() },
		"optimizer.learningRate is +Inf":   func(o *optim.Options) { o.LearningRate = math.Inf(1) },
		"optimizer.beta1 is 1":             func(o *optim.Options) { o.Beta1 = 1 },
		"optimizer.beta2 is -0.1":          func(o *optim.Options) { o.Beta2 = -0.1 },
		"optimizer.epsilon is 0":           func(o *optim.Options) { o.Epsilon = 0 },
		"optimizer.weightDecay is -1":      func(o *optim.Options) { o.WeightDecay = -1 },
		"optimizer.clipNorm is -1, want a": func(o *optim.Options) { o.ClipNorm = -1 },
	} {
		o := adamOptions(0.1)
		spoil(&o)
		code := CodeRange
		if o.Name == "adan" {
			code = CodeConfig
		}
		wantError(t, m, code, message, func() error { _, err := m.TrainStep(b, o); return err })
	}
}

func TestSetWeightsIsAllOrNothing(t *testing.T) {
	m := newModel(t, Elman, 3, 2)
	good := Tensor{"head.bias", []int{3}, []float32{1, 2, 3}}
	wantError(t, m, CodeConfig, `"head.bais" is not a parameter`, func() error {
		return m.SetWeights([]Tensor{good, {"head.bais", []int{3}, []float32{1, 2, 3}}})
	})
	wantError(t, m, CodeShape, "head.weight is [2 3] with 6 values, want [3 2]", func() error {
		return m.SetWeights([]Tensor{good, {"head.weight", []int{2, 3}, make([]float32, 6)}})
	})
	wantError(t, m, CodeNumeric, "head.bias[1] is +Inf", func() error {
		return m.SetWeights([]Tensor{{"head.bias", []int{3}, []float32{1, float32(math.Inf(1)), 3}}})
	})
	before, _, err := m.Step(0, nil)
	require.NoError(t, err)
	require.NoError(t, m.SetWeights([]Tensor{good}))
	after, _, err := m.Step(0, nil)
	require.NoError(t, err)
	assert.NotEqual(t, before, after, "derived weights follow")
}

func TestAnUpdateThatIsNotFiniteIsNotMade(t *testing.T) {
	m := newModel(t, Elman, 3, 2)
	b := Batch{Inputs: []int32{0, 1}, Targets: []int32{1, 2}, Batch: 1, Steps: 2}
	wantError(t, m, CodeNumeric, "learning rate 1e+40", func() error {
		_, err := m.TrainStep(b, adamOptions(1e40))
		return err
	})
	huge := Tensor{"head.weight", []int{3, 2}, []float32{3e38, 3e38, 3e38, -3e38, 1, 1}}
	require.NoError(t, m.SetWeights([]Tensor{huge, {"rnn.bias_ih_l0", []int{2}, []float32{9, 9}}}))
	wantError(t, m, CodeNumeric, "the weights are those of step 0", func() error {
		_, err := m.TrainStep(b, adamOptions(0.1))
		return err
	})
	assert.Zero(t, m.Steps())
}

func TestGenerationFollowsStateSeedAndPrompt(t *testing.T) {
	m := newModel(t, LSTM, 6, 5)
	write := func(o GenerateOptions) (tokens []int32) {
		g, err := m.Generate(o)
		require.NoError(t, err)
		for !g.Done() {
			token, p, err := g.Next()
			require.NoError(t, err)
			assert.True(t, p > 0 && p < 1)
			tokens = append(tokens, token)
		}
		return tokens
	}
	seed, other := uint64(5), uint64(6)
	a := write(GenerateOptions{Prompt: []int32{1, 2}, Length: 20, Temperature: 1, Seed: &seed})
	assert.Len(t, a, 20)
	assert.Equal(t, a, write(GenerateOptions{Prompt: []int32{1, 2}, Length: 20, Temperature: 1, Seed: &seed}))
	assert.NotEqual(t, a, write(GenerateOptions{Prompt: []int32{1, 2}, Length: 20, Temperature: 1, Seed: &other}))
	assert.NotEqual(t, write(GenerateOptions{Length: 20, Temperature: 1}), write(GenerateOptions{Length: 20, Temperature: 1}), "without a seed draws go on")

	// Reading 1 and then being prompted with 2 is the same as being prompted with 1, 2.
	_, state, err := m.Step(1, nil)
	require.NoError(t, err)
	assert.Equal(t, a, write(GenerateOptions{Prompt: []int32{2}, State: state, Length: 20, Temperature: 1, Seed: &seed}))

	// A prompt longer than the reading window equals one read whole.
	long := make([]int32, 2*promptWindow+3)
	for i := range long {
		long[i] = int32(i*i) % 6
	}
	f, err := m.Forward(Batch{Inputs: long, Batch: 1, Steps: len(long)})
	require.NoError(t, err)
	last := f.Outputs.Data[(len(long)-1)*6:]
	best := 0
	for i, p := range last {
		if p > last[best] {
			best = i
		}
	}
	assert.Equal(t, []int32{int32(best)}, write(GenerateOptions{Prompt: long, Length: 1}))

	assert.Equal(t, a[:5], write(GenerateOptions{Prompt: []int32{1, 2}, Length: 20, Temperature: 1, Seed: &seed, Stop: a[3:5]})[:5])
	stopped := write(GenerateOptions{Prompt: []int32{1, 2}, Length: 20, Temperature: 1, Seed: &seed, Stop: a[3:5]})
	assert.Equal(t, a[3:5], stopped[len(stopped)-2:])
	assert.Less(t, len(stopped), 20)

	for message, o := range map[string]GenerateOptions{
		"length is -1":        {Length: -1},
		"temperature is -1":   {Temperature: -1},
		"prompt[1] is 6":      {Prompt: []int32{0, 6}},
		`state has no "h_l0"`: {State: State{}},
		"topK is -1":          {TopK: -1},
		"topP is 1.5":         {TopP: 1.5},
		"minP is 1":           {MinP: 1},
		"Penalty is 0.5":      {RepetitionPenalty: 0.5},
		"stop[0] is 7":        {Stop: []int32{7}},
	} {
		_, err := m.Generate(o)
		assert.ErrorContains(t, err, message)
	}
}
