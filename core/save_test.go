package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint/safetensors"
	"github.com/unfold-rnn/unfold/core/optim"
)

func TestALoadedModelTrainsOnBitForBit(t *testing.T) {
	for _, name := range optim.Names() {
		config := Config{Input: Input{Tokens: 5}, Output: Output{Classes: 5}, Seed: 9, Layers: []Layer{
			{Cell: GRU, Hidden: 6, Dropout: 0.3}, {Cell: LSTM, Hidden: 4}}}
		m, err := New(config)
		require.NoError(t, err)
		o, _ := optim.Defaults(name)
		o.ClipNorm = 1
		b := Batch{Inputs: []int32{0, 1, 2, 3, 4, 0}, Targets: []int32{1, 2, 3, 4, 0, 1}, Batch: 2, Steps: 3}
		for range 3 {
			_, err = m.TrainStep(b, o)
			require.NoError(t, err)
		}
		file, err := m.Save(map[string]string{"rnn.config": "{}"}, true)
		require.NoError(t, err)
		metadata, err := Metadata(file)
		require.NoError(t, err)
		assert.Equal(t, "{}", metadata["rnn.config"])
		assert.Equal(t, "pt", metadata["format"])

		loaded, err := LoadAs(config, file)
		require.NoError(t, err)
		assert.Equal(t, o, loaded.OptimizerOptions())
		for range 3 {
			want, err := m.TrainStep(b, o)
			require.NoError(t, err)
			got, err := loaded.TrainStep(b, loaded.OptimizerOptions())
			require.NoError(t, err)
			assert.Equal(t, want, got, name)
		}
		assert.Equal(t, m.weights.Data, loaded.weights.Data, name)
	}
}

func TestAFileThatDoesNotFitIsRefused(t *testing.T) {
	m := newModel(t, LSTM, 5, 4)
	_, err := m.TrainStep(Batch{Inputs: []int32{0}, Targets: []int32{1}, Batch: 1, Steps: 1}, adamOptions(0.1))
	require.NoError(t, err)
	file, err := m.Save(nil, true)
	require.NoError(t, err)

	other := m.Config()
	other.Layers[0].Hidden = 3
	_, err = LoadAs(other, file)
	wantFormat(t, err, "loadModel: rnn.weight_ih_l0 is [16 5] with 80 values, want [12 5]")
	deeper := m.Config()
	deeper.Layers = append(deeper.Layers, Layer{Cell: LSTM, Hidden: 4})
	_, err = LoadAs(deeper, file)
	wantFormat(t, err, `loadModel: the file has no "rnn.weight_ih_l1", which this model needs`)
	_, err = LoadAs(m.Config(), file[:100])
	wantFormat(t, err, "loadModel: safetensors: ")

	read, err := safetensors.Read(file)
	require.NoError(t, err)
	for key, message := range map[string]string{
		"rnn.steps": "rnn.steps", "rnn.optimizer": "rnn.optimizer", "rnn.random.sampling": "rnn.random.sampling",
	} {
		spoilt := read
		spoilt.Metadata = map[string]string{}
		for k, v := range read.Metadata {
			spoilt.Metadata[k] = v
		}
		spoilt.Metadata[key] = "nonsense"
		bytes, err := safetensors.Write(spoilt)
		require.NoError(t, err)
		_, err = LoadAs(m.Config(), bytes)
		wantFormat(t, err, message)
	}
}

func wantFormat(t *testing.T, err error, message string) {
	t.Helper()
	var coded *Error
	if assert.ErrorAs(t, err, &coded) {
		assert.Equal(t, CodeFormat, coded.Code)
		assert.Contains(t, coded.Message, message)
	}
}
