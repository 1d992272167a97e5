package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// assertCode wants an error of this code that says this.
func assertCode(t *testing.T, code Code, message string, err error) {
	t.Helper()
	var coded *Error
	if assert.ErrorAs(t, err, &coded, message) {
		assert.Equal(t, code, coded.Code, message)
		assert.Contains(t, coded.Message, message)
	}
}

func TestConfigsThatDoNotFitCTCAreRefused(t *testing.T) {
	for message, spoil := range map[string]func(c *Config){
		`loss is "mse", want "ctc"`:                      func(c *Config) { c.Loss = "mse" },
		"want output.classes of 2 or more":               func(c *Config) { c.Output = Output{Classes: 1} },
		"the blank, class 0, apart":                      func(c *Config) { c.Output = Output{Labels: 5} },
		`readout is "last", but loss "ctc"`:              func(c *Config) { c.Readout = Last },
		`loss "ctc" goes without a decoder`:              func(c *Config) { c.Decoder = &Decoder{Layers: []Layer{{Cell: GRU, Hidden: 16}}} },
		`recurrence "output" wants a target at every st`: func(c *Config) { c.Layers = []Layer{{Cell: Elman, Hidden: 4, Recurrence: FromOutput}} },
	} {
		c := spellingConfig()
		spoil(&c)
		_, err := New(c)
		assert.ErrorContains(t, err, message)
	}
}

func TestBatchesThatDoNotFitCTCAreRefused(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	weights := append([]float32(nil), m.weights.Data...)
	one := 1.0
	for message, c := range map[string]struct {
		code  Code
		spoil func(b *Batch)
	}{
		"targets has 5 ids and 0 values, want [2 S]":                                                       {CodeShape, func(b *Batch) { b.Targets = b.Targets[:5] }},
		"targets has 0 ids and 6 values, want [2 S]":                                                       {CodeShape, func(b *Batch) { b.Targets, b.TargetValues = nil, make([]float32, 6) }},
		"targets[1][0] is 5, want 0 … 4 (output.classes = 5)":                                              {CodeRange, func(b *Batch) { b.Targets[3] = 5 }},
		"targets[0][1] is 0, the blank":                                                                    {CodeRange, func(b *Batch) { b.Targets[1] = 0 }},
		"targetLengths has 1 entries, want 2 (batch)":                                                      {CodeShape, func(b *Batch) { b.TargetLengths = b.TargetLengths[:1] }},
		"targetLengths[0] is 4, want 0 … 3":                                                                {CodeRange, func(b *Batch) { b.TargetLengths[0] = 4 }},
		"targetLengths came without targets":                                                               {CodeConfig, func(b *Batch) { b.Targets = nil }},
		"targets[0] has 3 labels, 0 of them like the one before, and so needs 3 steps; its sequence has 2": {CodeRange, func(b *Batch) { b.Lengths[0] = 2 }},
		"targets[0] has 3 labels, 1 of them like the one before, and so needs 4 steps; its sequence has 3": {CodeRange, func(b *Batch) { b.Targets[2] = 2 }},
		"targets[1] has 1 labels, 0 of them like the one before, and so needs 1 steps; its sequence has 0": {CodeRange, func(b *Batch) { b.Lengths[1] = 0 }},
		`mask weighs steps, but a labelling`:                                                               {CodeConfig, func(b *Batch) { b.Mask = make([]float32, 6) }},
		`teacherForcing goes with recurrence "output" alone`:                                               {CodeConfig, func(b *Batch) { b.TeacherForcing = &one }},
	} {
		b := Batch{Batch: 2, Steps: 3, Lengths: []int32{3, 2}, Inputs: []int32{1, 2, 3, 4, 4, 0}, Targets: []int32{1, 2, 1, 4, 0, 0}, TargetLengths: []int32{3, 1}}
		c.spoil(&b)
		_, err := m.Forward(b)
		assertCode(t, c.code, "forward: "+message, err)
		if b.Targets != nil || b.TargetValues != nil {
			_, err = m.TrainStep(b, adamOptions(0.1))
			assertCode(t, c.code, "trainStep: "+message, err)
		}
	}
	_, _, _, err = m.Gradients(Batch{Batch: 1, Steps: 1, Inputs: []int32{1}})
	assertCode(t, CodeConfig, "gradients: targets are missing, want [1 S] ids", err)
	assert.Equal(t, weights, m.weights.Data)
	assert.Zero(t, m.Steps())
}

func TestWhatCTCCannotDoIsRefused(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	b := Batch{Batch: 1, Steps: 2, Inputs: []int32{1, 2}}
	for message, c := range map[string]struct {
		code Code
		call func() error
	}{
		"step: loss \"ctc\" labels whole sequences":           {CodeUnsupported, func() error { _, _, err := m.Step(1, nil); return err }},
		"generate: loss \"ctc\" labels what was read":         {CodeUnsupported, func() error { _, err := m.Generate(GenerateOptions{Length: 3}); return err }},
		"want a data set of sequences, not one long one":      {CodeUnsupported, func() error { _, err := m.Train(Corpus{Tokens: 5, IDs: cycle(100, 5)}, options(3)); return err }},
		"decode: length is 3, but goes with a decoder":        {CodeConfig, func() error { _, err := m.Decode(b, DecodeOptions{Length: 3}); return err }},
		"decode: beam is 1025":                                {CodeRange, func() error { _, err := m.Decode(b, DecodeOptions{Beam: 1025}); return err }},
		"decode: lengthPenalty is -1":                         {CodeRange, func() error { _, err := m.Decode(b, DecodeOptions{LengthPenalty: -1}); return err }},
		"data.train.targets of sequence 1[0] is 0, the blank": {CodeRange, func() error { return trainOn(m, func(s *Sequences) { s.Targets[2] = 0 }) }},
		"data.train.targets of sequence 0 has 2 labels, 1 of": {CodeRange, func() error { return trainOn(m, func(s *Sequences) { s.Targets[1] = 1 }) }},
		"data.train.targets[0][2] is 5":                       {CodeRange, func() error { return trainOn(m, func(s *Sequences) { s.Targets[2] = 5 }) }},
		"data.train.targetLengths has 1 entries, want 2":      {CodeShape, func() error { return trainOn(m, func(s *Sequences) { s.TargetLengths = s.TargetLengths[:1] }) }},
		"data.train.targetLengths[1] is -1":                   {CodeRange, func() error { return trainOn(m, func(s *Sequences) { s.TargetLengths[1] = -1 }) }},
	} {
		assertCode(t, c.code, message, c.call())
	}
}

// trainOn is what train says to two sequences that were fine before they were spoilt.
func trainOn(m *Model, spoil func(s *Sequences)) error {
	s := &Sequences{Lengths: []int32{2, 1}, Inputs: []int32{1, 2, 3}, Targets: []int32{1, 2, 3}, TargetLengths: []int32{2, 1}}
	spoil(s)
	_, err := m.Train(Corpus{Sequences: s}, reversalOptions(1))
	return err
}

func TestCTCCountsItsMemoryBeforehand(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	const steps = 60_000
	b := Batch{Batch: 1, Steps: steps, Inputs: make([]int32, steps), Targets: make([]int32, steps/2)}
	for i := range b.Targets {
		b.Targets[i] = int32(1 + i%2)
	}
	_, _, _, err = m.Gradients(b)
	assertCode(t, CodeMemory, "gradients: batch 1 × steps 60000 needs", err)
	_, err = m.Decode(b, DecodeOptions{Beam: 1024})
	assertCode(t, CodeMemory, "decode: a beam of 1024 over 60000 steps needs", err)
}

func TestTrainCountsTheMemoryOfLongerHeldOutSequences(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	const steps = 1_000_000
	short := &Sequences{Lengths: []int32{2}, Inputs: []int32{1, 2}, Targets: []int32{1}, TargetLengths: []int32{1}}
	long := &Sequences{Lengths: []int32{steps}, Inputs: make([]int32, steps), Targets: []int32{1}, TargetLengths: []int32{1}}
	o := reversalOptions(1)
	o.Batch = 64
	_, err = m.Train(Corpus{Sequences: short, ValidationSequences: long}, o)
	assertCode(t, CodeMemory, "train: batch 64 × steps 1000000 needs", err)
	_, err = m.Train(Corpus{Sequences: short}, o)
	require.NoError(t, err)
}
