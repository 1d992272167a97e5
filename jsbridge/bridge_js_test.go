package jsbridge

import (
	"math"
	"syscall/js"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/optim"
)

// object makes a plain object from JSON, as the host would hand it in.
func object(json string) js.Value { return js.Global().Get("JSON").Call("parse", json) }

const goodConfig = `{"input":{"tokens":5},"layers":[{"cell":"lstm","hidden":4}],"output":{"classes":5},"seed":7}`

func optimDefaults(name string) optim.Options {
	o, _ := optim.Defaults(name)
	return o
}

func wantCode(t *testing.T, err error, code core.Code, message string) {
	t.Helper()
	var coded *core.Error
	if assert.ErrorAs(t, err, &coded) {
		assert.Equal(t, code, coded.Code, coded.Message)
		assert.Equal(t, message, coded.Message)
	}
}

// What Go writes into a file the host reads as its own, and the other way round: two readers, one meaning.
func TestBothReadersOfAConfigAgree(t *testing.T) {
	configs := []core.Config{
		{Input: core.Input{Tokens: 5}, Embedding: 3, Readout: core.Last, InitialState: core.LearnedState, Output: core.Output{Labels: 2}, Seed: 1 << 52,
			Layers: []core.Layer{
				{Cell: core.GRU, Hidden: 4, ResetBefore: true, LayerNorm: true, Dropout: 1e-7, Init: core.Orthogonal},
				{Cell: core.Elman, Hidden: 3, Activation: core.Relu, Bidirectional: true, Merge: cell.Average},
			}},
		{Input: core.Input{Features: 2}, Output: core.Output{Values: 1}, Layers: []core.Layer{{Cell: core.Elman, Hidden: 1, Recurrence: core.FromOutput}}},
	}
	for _, c := range configs {
		here, err := config(object(c.Text()))
		require.NoError(t, err)
		there, err := core.ParseConfig(js.Global().Get("JSON").Call("stringify", object(c.Text())).String())
		require.NoError(t, err)
		assert.Equal(t, there, here)
	}
}

func TestConfigIsReadByName(t *testing.T) {
	c, err := config(object(goodConfig))
	require.NoError(t, err)
	assert.Equal(t, core.Config{
		Input: core.Input{Tokens: 5}, Output: core.Output{Classes: 5}, Seed: 7,
		Readout: core.Every, InitialState: core.ZeroState, Layers: []core.Layer{{Cell: core.LSTM, Hidden: 4, Activation: core.Tanh, Recurrence: core.FromHidden,
			Merge: cell.Concat, Init: core.PyTorch}},
	}, c)

	for json, want := range map[string]struct {
		code    core.Code
		message string
	}{
		`{"input":{"tokens":5},"layers":[{"cell":"lstm","hiddenSize":4}],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: "layers[0].hiddenSize" is not an option; did you mean "hidden"?`},
		`{"input":{"tokens":5},"layer":[],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: "layer" is not an option; did you mean "layers"?`},
		`{"input":{"tokens":5},"layers":{},"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: layers is of type Object, want an array of layers`},
		`{"input":{"tokens":"5"},"layers":[],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: input.tokens is "5", want an integer`},
		`{"input":{"tokens":5.5},"layers":[],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: input.tokens is 5.5, want an integer`},
		`{"input":{"tokens":0},"layers":[],"output":{"classes":5}}`: {core.CodeRange,
			`createModel: input.tokens is 0, want 1 or more`},
		`{"input":{"tokens":5,"features":3},"layers":[],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: input has 2 of ["tokens" "features"], want exactly one`},
		`{"input":{},"layers":[],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: input has 0 of ["tokens" "features"], want exactly one`},
		`{"input":{"tokens":5},"layers":[{"cell":"gruu","hidden":4}],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: layers[0].cell is "gruu", want one of ["rnn" "lstm" "gru"]`},
		`{"input":{"tokens":5},"layers":[{"cell":"lstm","hidden":4,"merge":"sum"}],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: layers[0].merge joins the directions of a bidirectional layer; this one is not`},
		`{"input":{"tokens":5},"layers":[{"cell":"lstm","hidden":4,"activation":"tanh"}],"output":{"classes":5}}`: {core.CodeConfig,
			`createModel: layers[0].activation is an option of cell "rnn" alone; this one is "lstm"`},
		`{"input":{"tokens":5},"layers":[],"output":{"classes":5},"readout":"first"}`: {core.CodeConfig,
			`createModel: readout is "first", want one of ["every" "last"]`},
		`3`: {core.CodeConfig, `createModel: its options is 3, want an object`},
	} {
		_, err := config(object(json))
		wantCode(t, err, want.code, want.message)
	}
	_, err = config(object(`{"input":{"tokens":5},"layers":[{"cell":"lstm","hidden":4,"dropout":0,"bidirectional":false}],"output":{"classes":5}}`))
	assert.NoError(t, err)
}

func TestOptimizerTakesOnlyTheOptionsOfItsRule(t *testing.T) {
	o, err := optimizer("trainStep", object(`{"name":"adam","learningRate":0.1,"beta1":0.8,"clipNorm":5}`), optimDefaults("adam"))
	require.NoError(t, err)
	assert.Equal(t, []float64{0.1, 0.8, 0.999, 1e-8, 5}, []float64{o.LearningRate, o.Beta1, o.Beta2, o.Epsilon, o.ClipNorm})
	o, err = optimizer("trainStep", object(`{"name":"adagrad"}`), optimDefaults("adam"))
	require.NoError(t, err)
	assert.Equal(t, []float64{0.01, 1e-10}, []float64{o.LearningRate, o.Epsilon})

	for json, want := range map[string]struct {
		code    core.Code
		message string
	}{
		`{"name":"adagrad","beta1":0.9}`:                         {core.CodeConfig, `trainStep: optimizer.beta1 is not an option of "adagrad"`},
		`{"name":"sdg"}`:                                         {core.CodeConfig, `trainStep: optimizer.name is "sdg", want one of ["sgd" "momentum" "nesterov" "rmsprop" "adagrad" "adam" "adamw"]`},
		`{"learningRate":1}`:                                     {core.CodeConfig, `trainStep: optimizer.name is missing, want one of ["sgd" "momentum" "nesterov" "rmsprop" "adagrad" "adam" "adamw"]`},
		`{"name":"adam","learnRate":1}`:                          {core.CodeConfig, `trainStep: "optimizer.learnRate" is not an option; did you mean "learningRate"?`},
		`{"name":"adam","schedule":{"name":"cosine","gamma":1}}`: {core.CodeConfig, `trainStep: "optimizer.schedule.gamma" is not an option; want one of ["name" "steps" "floor"]`},
	} {
		_, err := optimizer("trainStep", object(json), optimDefaults("adam"))
		wantCode(t, err, want.code, want.message)
	}
}

func TestArraysCrossWhole(t *testing.T) {
	out := float32Array([]float32{1, 2.5, -3})
	assert.Equal(t, 12, out.Get("buffer").Get("byteLength").Int(), "a result owns its whole buffer")
	back, err := floats("call", "data", out)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2.5, -3}, back)

	// A view into a longer buffer crosses as what it shows.
	view := js.Global().Get("Int32Array").Call("from", object(`[9,8,7,6]`)).Call("subarray", 1, 3)
	list, err := ids("call", "inputs", view)
	require.NoError(t, err)
	assert.Equal(t, []int32{8, 7}, list)

	for json, message := range map[string]string{
		`[1,2.5]`: "call: inputs[1] is 2.5, want a whole number", `[3000000000]`: "call: inputs[0] is 3e+09, want a whole number",
	} {
		_, err := ids("call", "inputs", js.Global().Get("Float64Array").Call("from", object(json)))
		wantCode(t, err, core.CodeRange, message)
	}
	_, err = ids("call", "inputs", object(`"abc"`))
	wantCode(t, err, core.CodeConfig, `call: inputs is "abc", want an Int32Array of ids`)
	_, err = wholeNumbers("call", "inputs", []float64{math.NaN()})
	wantCode(t, err, core.CodeRange, "call: inputs[0] is NaN, want a whole number")
	assert.Equal(t, 0, float32Array(nil).Length())
}

func TestAModelIsHeldByNumber(t *testing.T) {
	b := &bridge{models: map[int]*entry{}, generations: map[int]*core.Generation{}}
	created, err := b.create([]js.Value{object(goodConfig)})
	require.NoError(t, err)
	number := js.ValueOf(created["model"])
	_, err = b.weights([]js.Value{number})
	require.NoError(t, err)
	_, err = b.dispose([]js.Value{number})
	require.NoError(t, err)
	_, err = b.weights([]js.Value{number})
	wantCode(t, err, core.CodeState, "there is no model 1; it was disposed")
	_, err = b.weights([]js.Value{js.Undefined()})
	wantCode(t, err, core.CodeState, "there is no model missing; it was disposed")
}

func TestPanicsBecomeCodedErrors(t *testing.T) {
	result := guard(func([]js.Value) (answer, error) { panic("broken") }, nil)
	assert.Equal(t, answer{"error": answer{"code": "ENGINE", "message": "engine: broken"}}, result)
}
