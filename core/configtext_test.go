package core

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/checkpoint/safetensors"
)

func TestAConfigSurvivesItsText(t *testing.T) {
	for _, c := range familyCases() {
		config := c.config.withDefaults()
		config.Layers[0].Init = Keras
		got, err := ParseConfig(config.Text())
		require.NoError(t, err, config.Text())
		assert.Equal(t, config, got, config.Text())
	}
	config := Config{Input: tokensIn(5), Embedding: 3, Readout: Last, InitialState: LearnedState, Output: Output{Labels: 2}, Seed: 1 << 53, Layers: []Layer{
		{Cell: GRU, Hidden: 4, ResetBefore: true, LayerNorm: true, Dropout: 1e-7, Init: Orthogonal},
		{Cell: Elman, Hidden: 3, Activation: Relu, Bidirectional: true, Merge: cell.Average},
	}}
	assert.Equal(t, `{"input":{"tokens":5},"embedding":3,"layers":[`+
		`{"cell":"gru","hidden":4,"resetAfter":false,"dropout":1e-07,"layerNorm":true,"init":"orthogonal"},`+
		`{"cell":"rnn","hidden":3,"activation":"relu","bidirectional":true,"merge":"average"}],`+
		`"readout":"last","output":{"labels":2},"initialState":"learned","seed":9007199254740992}`, config.Text())
	got, err := ParseConfig(config.Text())
	require.NoError(t, err)
	assert.Equal(t, config.withDefaults(), got)
	config.Seed++
	assert.NotContains(t, config.Text(), "seed", "JavaScript has no such number")
}

func TestTheTextThatJavaScriptWrites(t *testing.T) {
	// JSON.stringify of a ModelConfig: the members in any order, defaults given or not.
	got, err := ParseConfig(` {"seed":7, "layers": [ {"hidden":8,"cell":"gru","resetAfter":true,"dropout":0.25,"bidirectional":false} ],
		"output":{"values":2},"input":{"features":3},"readout":"every","initialState":"zeros"} `)
	require.NoError(t, err)
	want := Config{Input: featuresIn(3), Output: Output{Values: 2}, Seed: 7, Layers: []Layer{{Cell: GRU, Hidden: 8, Dropout: 0.25}}}
	assert.Equal(t, want.withDefaults(), got)
	got, err = ParseConfig(`{"input":{"tokens":1e2},"layers":[{"cell":"rnn","hidden":8}],"output":{"classes":100}}`)
	require.NoError(t, err)
	assert.Equal(t, 100, got.Input.Tokens)
}

func TestBadConfigTextsAreRefused(t *testing.T) {
	const good = `{"input":{"tokens":5},"layers":[{"cell":"lstm","hidden":4}],"output":{"classes":5}}`
	_, err := ParseConfig(good)
	require.NoError(t, err)
	for _, c := range []struct{ old, new, message string }{
		{good, "", `byte 0: the config is the end, want {`},
		{good, "[]", `byte 0: the config is "[]", want {`},
		{good, strings.Repeat("[", 1_000_000), "want {"},
		{good, good[:len(good)-1], `want "," or "}" next`},
		{good, good + "x", "more behind the config's '}'"},
		{`"hidden":4`, `"hidden":` + strings.Repeat("[", 1_000_000), "layers[0].hidden is"},
		{`"hidden":4`, `"hidden":4,"units":4`, `"layers[0].units" is not an option; want one of ["activation"`},
		{`"hidden":4`, `"hidden":4,"hidden":4`, `"layers[0].hidden" stands there twice`},
		{`"hidden":4`, `"hidden":"4"`, `layers[0].hidden is "\"4\"`},
		{`"hidden":4`, `"hidden":4.5`, `layers[0].hidden is "4.5", want an integer`},
		{`"hidden":4`, `"hidden":-4`, `layers[0].hidden is "-4", want an integer`},
		{`"hidden":4`, `"hidden":04`, `want a number`},
		{`"hidden":4`, `"hidden":null`, `want a number`},
		{`"hidden":4`, `"hidden":1e99`, `want an integer`},
		{`"hidden":4`, `"hidden":99999999`, "layers[0].hidden is 99999999, want 1"},
		{`"hidden":4`, `"hidden":0`, "layers[0].hidden is 0, want 1"},
		{`"hidden":4`, `"hidden":4,"dropout":1.5`, "dropout is 1.5, want a number in [0, 1)"},
		{`"hidden":4`, `"hidden":4,"dropout":1e999`, "layers[0].dropout is"},
		{`"hidden":4`, `"hidden":4,"layerNorm":1`, "layers[0].layerNorm is \"1}]"},
		{`"hidden":4`, `"hidden":4,"activation":"relu"`, "layers[0].activation does not belong to this layer"},
		{`"hidden":4`, `"hidden":4,"merge":"sum"`, "layers[0].merge does not belong to this layer"},
		{`"lstm"`, `"ls\u0074m"`, "layers[0].cell is"},
		{`"lstm"`, `"gruu"`, `cell is "gruu"`},
		{`"lstm"`, `"` + strings.Repeat("l", 1000) + `"`, "a name of plain letters"},
		{`{"tokens":5}`, `{"tokens":5,"features":2}`, "input has both tokens and features"},
		{`{"tokens":5}`, `{}`, "input.tokens is 0"},
		{`[{"cell":"lstm","hidden":4}]`, `[]`, "layers is empty"},
		{`[{"cell":"lstm","hidden":4}]`, `[{"cell":"lstm","hidden":4},]`, `want {`},
		{`[{"cell":"lstm","hidden":4}]`, `[` + strings.Repeat(`{"cell":"lstm","hidden":4},`, 2000) + `]`, "layers has more than 1024 entries"},
	} {
		require.Contains(t, good, c.old)
		_, err := ParseConfig(strings.Replace(good, c.old, c.new, 1))
		assert.ErrorContains(t, err, c.message)
		if err != nil {
			assert.Less(t, len(err.Error()), 400, "a message is short")
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, c := range familyCases()[:10] {
		f.Add(c.config.Text())
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConfig(text)
		if err != nil {
			return
		}
		again, err := ParseConfig(c.Text())
		require.NoError(t, err)
		if c.Seed > 1<<53 {
			c.Seed = 0
		}
		assert.Equal(t, c, again)
	})
}

func TestLoadReadsTheConfigOfTheFile(t *testing.T) {
	config := Config{Input: tokensIn(5), Output: Output{Classes: 5}, Seed: 9, InitialState: LearnedState, Layers: []Layer{
		{Cell: GRU, Hidden: 6, Dropout: 0.3}, {Cell: LSTM, Hidden: 4, LayerNorm: true}}}
	m, err := New(config)
	require.NoError(t, err)
	b := Batch{Inputs: []int32{0, 1, 2, 3}, Targets: []int32{1, 2, 3, 4}, Batch: 2, Steps: 2}
	_, err = m.TrainStep(b, adamOptions(0.1))
	require.NoError(t, err)
	file, err := m.Save(map[string]string{"rnn.vocab": `["a","b","c","d","e"]`}, true)
	require.NoError(t, err)
	loaded, err := Load(file)
	require.NoError(t, err)
	assert.Equal(t, m.Config(), loaded.Config())
	want, err := m.TrainStep(b, adamOptions(0.1))
	require.NoError(t, err)
	got, err := loaded.TrainStep(b, loaded.OptimizerOptions())
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, m.weights.Data, loaded.weights.Data)

	content, err := safetensors.Read(file)
	require.NoError(t, err)
	for text, message := range map[string]string{"": "the file has no rnn.config", "{": "loadModel: rnn.config: byte 1"} {
		delete(content.Metadata, "rnn.config")
		if text != "" {
			content.Metadata["rnn.config"] = text
		}
		spoilt, err := safetensors.Write(content)
		require.NoError(t, err)
		_, err = Load(spoilt)
		wantFormat(t, err, message)
	}
}
