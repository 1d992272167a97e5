package core

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/reference"
	"github.com/unfold-rnn/unfold/core/twin"
)

// translation is one encoder–decoder twice, in float32 as the engine has it and in float64 as the equations have it,
// with a batch of sources and targets of unequal lengths.
type translation struct {
	model *Model
	twin  *reference.EncoderDecoder
	batch Batch
	steps int // S
}

// translationCases has every cell in either half, attention of each kind, one direction and every merge, one layer and two.
func translationCases() map[string]Config {
	cases := map[string]Config{}
	layers := []Layer{
		{Cell: Elman}, {Cell: Elman, Activation: Relu}, {Cell: LSTM}, {Cell: GRU},
		{Cell: GRU, ResetBefore: true}, {Cell: LSTM, LayerNorm: true}, {Cell: GRU, LayerNorm: true},
	}
	i := 0
	for kind, l := range layers {
		for _, attention := range []cell.Score{NoAttention, cell.Additive, cell.Multiplicative} {
			for _, merge := range []cell.Merge{"", cell.Concat, cell.Sum, cell.Average, cell.Multiply} {
				for _, depth := range []int{1, 2} {
					c := Config{Input: tokensIn(6), Output: Output{Classes: 5}, Decoder: &Decoder{Attention: attention, Begin: i % 5}}
					switch i % 4 {
					case 0:
						c.Input = featuresIn(3)
					case 1:
						c.Embedding, c.Decoder.Embedding = 4, 3
					}
					if attention == cell.Additive && i%2 == 0 {
						c.Decoder.Units = 7
					}
					for k := range depth {
						layer := l
						layer.Hidden, layer.Merge, layer.Bidirectional = 4-k, merge, merge != ""
						c.Layers = append(c.Layers, layer)
						layer.Bidirectional, layer.Merge, layer.Hidden = false, "", layer.withDefaults().width()
						c.Decoder.Layers = append(c.Decoder.Layers, layer)
					}
					i++
					cases[fmt.Sprint(l.Cell, kind, " ", attention, " ", merge, " ", depth)] = c
				}
			}
		}
	}
	cases["unlike halves"] = Config{Input: tokensIn(6), Output: Output{Classes: 5},
		Layers:  []Layer{{Cell: LSTM, Hidden: 2, Bidirectional: true}, {Cell: GRU, Hidden: 3}},
		Decoder: &Decoder{Attention: cell.Additive, Layers: []Layer{{Cell: GRU, Hidden: 4}, {Cell: LSTM, Hidden: 3}}}}
	return cases
}

func newTranslation(t *testing.T, c Config) translation {
	m, err := New(c)
	require.NoError(t, err)
	x := translation{model: m, twin: newTranslationTwin(m.Config())}
	parameters := x.twin.Parameters()
	require.Len(t, m.Weights(), len(parameters))
	var weights []Tensor
	for k, w := range m.Weights() {
		require.Equal(t, parameters[k].Name, w.Name)
		require.Len(t, parameters[k].Value, len(w.Data), w.Name)
		scale := 1.0
		switch relu := c.Layers[0].Activation == Relu; {
		case relu && len(w.Shape) == 2:
			scale = 0.7 // or scores saturate
		case strings.HasPrefix(w.Name, "attention.key") || w.Name == "attention.weight":
			scale = 1.5 // scores apart: between equal ones gradients cancel out
		}
		values := make([]float32, len(w.Data))
		for i := range values {
			values[i] = float32(scale * formula(i, k))
			if c.Layers[0].Activation == Relu && strings.Contains(w.Name, "bias") {
				values[i] += 0.4 // or whole layers are dead
			}
			parameters[k].Value[i] = float64(values[i])
		}
		weights = append(weights, Tensor{w.Name, w.Shape, values})
	}
	require.NoError(t, m.SetWeights(weights))
	x.fillBatch()
	return x
}

func newTranslationTwin(c Config) *reference.EncoderDecoder {
	inputs, given := c.Input.Tokens+c.Input.Features, c.Output.Classes
	var source, target *reference.Embedding
	if c.Embedding > 0 {
		source, inputs = reference.NewEmbedding(c.Input.Tokens, c.Embedding), c.Embedding
	}
	if d := c.Decoder; d.Embedding > 0 {
		target, given = reference.NewEmbedding(given, d.Embedding), d.Embedding
	}
	encoder, decoder := twin.Layers(describedLayers(c.Layers), inputs), twin.Layers(describedLayers(c.Decoder.Layers), given)
	memory, hidden := encoder[len(encoder)-1].Hidden(), decoder[len(decoder)-1].Hidden()
	var score reference.Score
	switch c.Decoder.Attention {
	case cell.Additive:
		score = reference.NewAdditive(hidden, memory, c.Decoder.Units)
	case cell.Multiplicative:
		score = reference.NewMultiplicative(hidden, memory)
	}
	return reference.NewEncoderDecoder(source, target, encoder, decoder, score, c.Output.Classes)
}

func (x *translation) fillBatch() {
	const B, T, S = 5, 6, 7
	c := x.model.Config()
	b := Batch{Batch: B, Steps: T, Lengths: []int32{3, 6, 0, 5, 2}, TargetLengths: []int32{4, 2, 3, 7, 0}}
	for i := range B * T {
		for j := range c.Input.Features {
			b.Features = append(b.Features, float32(formula(i*c.Input.Features+j, 50)))
		}
		if c.Input.Tokens > 0 {
			b.Inputs = append(b.Inputs, int32((5*i+i*i)%c.Input.Tokens))
		}
	}
	for i := range B * S {
		b.Targets = append(b.Targets, int32((3*i+i*i*i+1)%c.Output.Classes))
		b.Mask = append(b.Mask, []float32{1, 0.5, 2, 0}[i%4])
	}
	for k, s := range x.model.stateShapes() {
		data := make([]float32, B*s.Shape[1])
		for i := range data {
			data[i] = float32(formula(i, 70+k))
		}
		b.State = append(b.State, Tensor{s.Name, []int{B, s.Shape[1]}, data})
	}
	x.batch, x.steps = b, S
}

// dirty leaves the workspace full of another batch, in which every sequence is as long as can be.
func (x translation) dirty(t *testing.T) {
	whole := x.batch
	whole.Lengths, whole.TargetLengths = nil, nil
	_, _, _, err := x.model.Gradients(whole)
	require.NoError(t, err)
}

// pair is what the reference reads of sequence i.
func (x translation) pair(i int) reference.Pair {
	f := family{model: x.model, batch: x.batch}
	e := f.example(i)
	p := reference.Pair{Inputs: e.Inputs, Source: e.Tokens, Initial: e.Initial}
	var total float64
	for b, n := range x.batch.TargetLengths {
		for s := range int(n) {
			total += float64(x.batch.Mask[b*x.steps+s])
		}
	}
	before := x.model.Config().Decoder.Begin
	for s := range int(x.batch.TargetLengths[i]) {
		target := int(x.batch.Targets[i*x.steps+s])
		p.Given, p.Targets = append(p.Given, before), append(p.Targets, target)
		p.Weights = append(p.Weights, float64(x.batch.Mask[i*x.steps+s])/total)
		before = target
	}
	return p
}

func TestEncoderDecodersAgreeWithTheEquations(t *testing.T) {
	for name, c := range translationCases() {
		t.Run(name, func(t *testing.T) {
			x := newTranslation(t, c)
			x.dirty(t)
			forwarded, err := x.model.Forward(x.batch)
			require.NoError(t, err)
			loss, gradients, initial, err := x.model.Gradients(x.batch)
			require.NoError(t, err)
			assert.InEpsilon(t, loss, forwarded.Loss, 1e-6)
			assert.Equal(t, []int{x.batch.Batch, x.steps, c.Output.Classes}, forwarded.Outputs.Shape)

			var want float64
			reference.ZeroGradients(x.twin.Parameters())
			for i := range x.batch.Batch {
				p := x.pair(i)
				yhat, alphas := x.twin.Run(p)
				x.agreeOnOutputs(t, i, yhat, alphas, forwarded)
				l, d := x.twin.Gradients(p)
				want += l
				family{model: x.model}.agreeOnStates(t, d.Initial, initial, i)
			}
			assert.InEpsilon(t, want, loss, outputTolerance)
			for k, p := range x.twin.Parameters() {
				agree(t, p.Name, p.Gradient, gradients[k].Data, 1e-4)
			}
		})
	}
}

func (x translation) agreeOnOutputs(t *testing.T, i int, yhat reference.Sequence, alphas [][]float64, got Forwarded) {
	width, source := x.model.Config().Output.width(), x.batch.Steps
	for s := range x.steps {
		row := got.Outputs.Data[(i*x.steps+s)*width:][:width]
		if s >= len(yhat) {
			assert.Equal(t, make([]float32, width), row, "no output past the target's end")
		} else {
			agree(t, "outputs", yhat[s].RawVector().Data, row, outputTolerance)
		}
		if got.Attention == nil {
			continue
		}
		alpha := got.Attention.Data[(i*x.steps+s)*source:][:source]
		if s < len(yhat) && len(alphas[s]) > 0 {
			agree(t, "attention", append(alphas[s], make([]float64, source-len(alphas[s]))...), alpha, outputTolerance)
		} else {
			assert.Equal(t, make([]float32, source), alpha, "no attention past an end")
		}
	}
	assert.Equal(t, x.model.Config().Decoder.Attention != NoAttention, got.Attention != nil)
}

// Dropout in both halves: the loss moves along a direction as its gradient says, under the same masks.
func TestDropoutOfAnEncoderDecoderHasItsGradient(t *testing.T) {
	m, err := New(Config{Input: tokensIn(6), Output: Output{Classes: 5}, Seed: 4,
		Layers: []Layer{{Cell: GRU, Hidden: 8, Dropout: 0.4}, {Cell: GRU, Hidden: 8, Dropout: 0.4}},
		Decoder: &Decoder{Attention: cell.Multiplicative,
			Layers: []Layer{{Cell: GRU, Hidden: 8, Dropout: 0.4}, {Cell: GRU, Hidden: 8, Dropout: 0.4}}}})
	require.NoError(t, err)
	x := translation{model: m}
	x.fillBatch()
	x.batch.State = nil
	masks := m.dropping.State()
	loss := func() float64 {
		require.NoError(t, m.dropping.Restore(masks))
		m.stale = true
		m.network.redraw()
		m.load(x.batch)
		return m.lossAndGradients(true)
	}
	require.NoError(t, m.dropping.Restore(masks))
	m.network.redraw()
	m.load(x.batch)
	m.lossAndGradients(true)
	whole := append([]float32(nil), m.gradients.Data...)
	for _, e := range m.weights.Entries() {
		gradient := whole[e.Offset:][:e.Len]
		weights := m.weights.Of(e)
		before := append([]float32(nil), weights...)
		step := float32(1e-2 / norm(gradient))
		var slope float64
		for i, g := range gradient {
			slope += float64(g) * float64(g)
			weights[i] = before[i] + step*g
		}
		above := loss()
		for i, g := range gradient {
			weights[i] = before[i] - step*g
		}
		below := loss()
		copy(weights, before)
		assert.InEpsilon(t, slope, (above-below)/(2*float64(step)), 2e-2, e.Name)
	}
}

func norm(values []float32) float64 { return mat.Norm(twin.Vector(values), 2) }
