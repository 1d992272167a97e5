package core

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
)

// translatorConfig is a small encoder–decoder with everything on.
func translatorConfig() Config {
	return Config{Input: tokensIn(6), Embedding: 4, Output: Output{Classes: 6}, Seed: 5,
		Layers: []Layer{{Cell: GRU, Hidden: 8, Bidirectional: true, Merge: cell.Sum, Dropout: 0.1}},
		Decoder: &Decoder{Embedding: 5, Attention: cell.Additive, Units: 7,
			Layers: []Layer{{Cell: GRU, Hidden: 8, Dropout: 0.1}}}}
}

// reversals are sources of 1 … longest tokens 1 … 5, each with its reversal and the end mark 0 as its target.
func reversals(count, longest int, seed uint32) *Sequences {
	s := &Sequences{}
	draw := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(uint64(seed) * uint64(n) >> 32)
	}
	for range count {
		n := 1 + draw(longest)
		start := len(s.Inputs)
		for range n {
			s.Inputs = append(s.Inputs, int32(1+draw(5)))
		}
		for i := range n {
			s.Targets = append(s.Targets, s.Inputs[start+n-1-i])
		}
		s.Targets = append(s.Targets, 0)
		s.Lengths, s.TargetLengths = append(s.Lengths, int32(n)), append(s.TargetLengths, int32(n+1))
	}
	return s
}

func reversalOptions(iterations int) TrainingOptions {
	o := TrainingOptions{Batch: 16, Iterations: iterations, Optimizer: adamOptions(0.01), Validation: Validation{Every: 50, Tokens: 10_000}}
	o.Optimizer.ClipNorm = 1
	return o
}

func TestAnEncoderDecoderLearnsToReverse(t *testing.T) {
	config := translatorConfig()
	config.Layers[0].Hidden, config.Layers[0].Dropout = 24, 0
	config.Decoder.Layers[0].Hidden, config.Decoder.Layers[0].Dropout = 24, 0
	m, err := New(config)
	require.NoError(t, err)
	held := reversals(60, 5, 99)
	run, err := m.Train(Corpus{Sequences: reversals(800, 5, 1), ValidationSequences: held}, reversalOptions(300))
	require.NoError(t, err)
	records := finish(t, run)
	assert.InDelta(t, math.Log(6), records[0].Loss, 0.4)
	assert.Less(t, records[len(records)-1].ValidationLoss, 0.2)

	exact, start := 0, 0
	for _, n := range held.Lengths {
		source := held.Inputs[start : start+int(n)]
		start += int(n)
		found, err := m.Decode(Batch{Batch: 1, Steps: len(source), Inputs: source}, DecodeOptions{Beam: 3})
		require.NoError(t, err)
		right := len(found[0][0].Tokens) == len(source)
		for i, token := range found[0][0].Tokens {
			right = right && token == source[len(source)-1-i]
		}
		if right {
			exact++
		}
	}
	assert.Greater(t, exact, 45, "of 60 held-out strings")
}

func TestHeldOutLossOfADecoderIsTheMeanOverItsTargets(t *testing.T) {
	m, err := New(translatorConfig())
	require.NoError(t, err)
	held := reversals(30, 6, 3)
	o := reversalOptions(1)
	o.Validation.Every = 1
	run, err := m.Train(Corpus{Sequences: reversals(30, 6, 4), ValidationSequences: held}, o)
	require.NoError(t, err)
	got := finish(t, run)[0].ValidationLoss
	require.NoError(t, held.check(m, "held"))
	everything := make([]int, len(held.Lengths))
	for i := range everything {
		everything[i] = i
	}
	f, err := m.Forward(held.gather(m, everything))
	require.NoError(t, err)
	assert.InEpsilon(t, f.Loss, got, 1e-5)
}

func TestTrainingADecoderAllocatesNothing(t *testing.T) {
	for _, attention := range []cell.Score{NoAttention, cell.Additive, cell.Multiplicative} {
		config := translatorConfig()
		config.Decoder.Attention, config.Decoder.Units = attention, 0
		m, err := New(config)
		require.NoError(t, err)
		run, err := m.Train(Corpus{Sequences: reversals(200, 6, 1), ValidationSequences: reversals(40, 6, 2)}, reversalOptions(0))
		require.NoError(t, err)
		advance := func() {
			if _, _, err := run.Advance(); err != nil {
				t.Fatal(err)
			}
		}
		for range 200 {
			advance()
		}
		assert.Zero(t, testing.AllocsPerRun(200, advance), attention)
	}
}

func TestALoadedEncoderDecoderTrainsOnBitForBit(t *testing.T) {
	config := translatorConfig()
	m, err := New(config)
	require.NoError(t, err)
	b := Batch{Batch: 2, Steps: 3, Inputs: []int32{1, 2, 3, 4, 5, 0}, Lengths: []int32{3, 2},
		Targets: []int32{3, 2, 1, 0, 5, 4, 0, 0}, TargetLengths: []int32{4, 3}}
	for range 3 {
		_, err = m.TrainStep(b, adamOptions(0.01))
		require.NoError(t, err)
	}
	file, err := m.Save(nil, true)
	require.NoError(t, err)
	loaded, err := LoadAs(config, file)
	require.NoError(t, err)
	for range 3 {
		want, err := m.TrainStep(b, adamOptions(0.01))
		require.NoError(t, err)
		got, err := loaded.TrainStep(b, loaded.OptimizerOptions())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	assert.Equal(t, m.weights.Data, loaded.weights.Data)
}

func TestFirstWeightsOfAttentionAreThoseOfALinearLayer(t *testing.T) {
	config := translatorConfig()
	config.Layers[0].Hidden, config.Decoder.Layers[0].Hidden, config.Decoder.Units = 40, 40, 90
	m, err := New(config)
	require.NoError(t, err)
	for name, inputs := range map[string]float64{
		"attention.query.weight": 40, "attention.key.weight": 40, "attention.score.weight": 90, "combine.weight": 80,
		"head.weight": 40, "decoder.rnn.weight_ih_l0": 40, "encoder.rnn.weight_hh_l0_reverse": 40,
	} {
		bound, largest := 1/math.Sqrt(inputs), 0.0
		for _, w := range m.weights.Named(name) {
			largest = math.Max(largest, math.Abs(float64(w)))
		}
		assert.LessOrEqual(t, largest, bound, name)
		assert.Greater(t, largest, 0.9*bound, name)
	}
}

func TestDecodersThatDoNotFitAreRefused(t *testing.T) {
	for message, spoil := range map[string]func(c *Config){
		"decoder writes tokens; want output.classes":                         func(c *Config) { c.Output = Output{Values: 6} },
		"readout is \"last\", but decoder answers at every step":             func(c *Config) { c.Readout = Last },
		"decoder.layers has 1 entries, layers has 2":                         func(c *Config) { c.Layers = append(c.Layers, Layer{Cell: GRU, Hidden: 8}) },
		"decoder.layers[0].bidirectional is true":                            func(c *Config) { c.Decoder.Layers[0].Bidirectional = true },
		"decoder.layers[0].hidden is 8, but the encoder layer":               func(c *Config) { c.Layers[0].Merge = cell.Concat },
		"decoder.layers[0].cell is \"\"":                                     func(c *Config) { c.Decoder.Layers[0].Cell = "" },
		"recurrence \"output\" goes without a decoder; want \"hidden\"":      func(c *Config) { c.Decoder.Layers[0] = Layer{Cell: Elman, Hidden: 8, Recurrence: FromOutput} },
		"decoder.attention is \"dot\", want \"none\", \"additive\"":          func(c *Config) { c.Decoder.Attention = "dot" },
		"decoder.units goes with attention \"additive\" alone; this one is ": func(c *Config) { c.Decoder.Attention = cell.Multiplicative },
		"decoder.units is -1":                                                func(c *Config) { c.Decoder.Units = -1 },
		"decoder.embedding is -3":                                            func(c *Config) { c.Decoder.Embedding = -3 },
		"decoder.begin is 6, want 0 … 5 (output.classes = 6)":                func(c *Config) { c.Decoder.Begin = 6 },
		"decoder.end is -1, want 0 … 5":                                      func(c *Config) { c.Decoder.End = -1 },
	} {
		c := translatorConfig()
		spoil(&c)
		_, err := New(c)
		assert.ErrorContains(t, err, message)
	}
	big := translatorConfig()
	big.Decoder.Embedding = 1 << 23
	big.Output.Classes = 1 << 23
	_, err := New(big)
	assert.ErrorContains(t, err, "at most")
}

func TestBatchesThatDoNotFitADecoderAreRefused(t *testing.T) {
	m, err := New(translatorConfig())
	require.NoError(t, err)
	half := 0.5
	for message, spoil := range map[string]func(b *Batch){
		"targets are missing, want [2 S] ids":                     func(b *Batch) { b.Targets = nil },
		"targets has 7 ids and 0 values, want [2 S]":              func(b *Batch) { b.Targets = b.Targets[:7] },
		"targets[1][0] is 6, want 0 … 5 (output.classes = 6)":     func(b *Batch) { b.Targets[4] = 6 },
		"targetLengths has 1 entries, want 2 (batch)":             func(b *Batch) { b.TargetLengths = b.TargetLengths[:1] },
		"targetLengths[0] is 5, want 0 … 4 (S, the steps of targ": func(b *Batch) { b.TargetLengths[0] = 5 },
		"mask has 6 values, want [2 4]":                           func(b *Batch) { b.Mask = make([]float32, 6) },
		"a decoder is always given the targets, want 1":           func(b *Batch) { b.TeacherForcing = &half },
		"inputs[0][1] is 9":                                       func(b *Batch) { b.Inputs[1] = 9 },
	} {
		b := Batch{Batch: 2, Steps: 3, Inputs: []int32{1, 2, 3, 4, 5, 0}, Targets: []int32{3, 2, 1, 0, 5, 4, 0, 0}, TargetLengths: []int32{4, 3}}
		spoil(&b)
		_, err := m.Forward(b)
		assert.ErrorContains(t, err, message)
		_, _, _, err = m.Gradients(b)
		assert.ErrorContains(t, err, message)
	}
	b := Batch{Batch: 1, Steps: 2, Inputs: []int32{1, 2}}
	for message, o := range map[string]DecodeOptions{
		"beam is -1": {Beam: -1}, "beam is 1025": {Beam: 1025}, "length is -2": {Length: -2}, "lengthPenalty is -1": {LengthPenalty: -1},
		"lengthPenalty is NaN": {LengthPenalty: math.NaN()},
	} {
		_, err := m.Decode(b, o)
		assert.ErrorContains(t, err, "decode: "+message)
	}
}

func TestWhatADecoderCannotDoIsRefused(t *testing.T) {
	m, err := New(translatorConfig())
	require.NoError(t, err)
	plain := newModel(t, GRU, 6, 4)
	half := 0.5
	for message, call := range map[string]func() error{
		"step: the decoder begins when the whole source has been read": func() error { _, _, err := m.Step(1, nil); return err },
		"generate: the model writes a target from a whole source":      func() error { _, err := m.Generate(GenerateOptions{Length: 3}); return err },
		"want a data set of sequences, not one long one":               func() error { _, err := m.Train(Corpus{Tokens: 6, IDs: cycle(100, 6)}, options(3)); return err },
		"train: teacherForcing is 0.5": func() error {
			_, err := m.Train(Corpus{Sequences: reversals(9, 3, 1)}, TrainingOptions{Batch: 2, Optimizer: adamOptions(0.1), TeacherForcing: &half})
			return err
		},
		"decode: the model answers step by step": func() error {
			_, err := plain.Decode(Batch{Batch: 1, Steps: 1, Inputs: []int32{0}}, DecodeOptions{})
			return err
		},
		"targetLengths goes with a decoder": func() error {
			_, err := plain.Forward(Batch{Batch: 1, Steps: 1, Inputs: []int32{0}, Targets: []int32{0}, TargetLengths: []int32{1}})
			return err
		},
		"data.train.targetLengths has 8 entries, want 9": func() error {
			s := reversals(9, 3, 1)
			s.TargetLengths = s.TargetLengths[1:]
			_, err := m.Train(Corpus{Sequences: s}, reversalOptions(1))
			return err
		},
		"data.train.targets has": func() error {
			s := reversals(9, 3, 1)
			s.Targets = s.Targets[1:]
			_, err := m.Train(Corpus{Sequences: s}, reversalOptions(1))
			return err
		},
	} {
		assert.ErrorContains(t, call(), message)
	}
}
