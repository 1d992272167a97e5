package golden

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/cell"
)

// The engine is float32: its outputs come within 1e-5, its gradients within 1e-4 of each tensor's largest element.
const (
	engineOutputs   = 1e-5
	engineGradients = 1e-4
)

func (c encoderDecoderCase) engine(t *testing.T) *core.Model {
	k := c.Config
	encoder := core.Layer{Cell: core.GRU, Hidden: k.Hidden}
	if k.Bidirectional {
		encoder.Hidden, encoder.Bidirectional = k.Hidden/2, true
	}
	d := &core.Decoder{Layers: []core.Layer{{Cell: core.GRU, Hidden: k.Hidden}}, Embedding: k.Embedding, Attention: cell.Score(k.Attention), Begin: k.Begin}
	if d.Attention == cell.Additive {
		d.Units = k.Units
	}
	m, err := core.New(core.Config{Input: core.Input{Tokens: k.SourceTokens}, Embedding: k.Embedding, Layers: []core.Layer{encoder},
		Output: core.Output{Classes: k.TargetTokens}, Decoder: d})
	require.NoError(t, err)
	weights := m.Weights()
	require.Len(t, weights, len(c.Parameters))
	for i, p := range c.Parameters {
		require.Equal(t, p.Name, weights[i].Name)
		require.Equal(t, p.Shape, weights[i].Shape, p.Name)
		values := make([]float32, len(weights[i].Data))
		for j := range values {
			values[j] = float32(0.4*math.Sin(float64(1+3*j+7*i)) + 0.2*math.Cos(float64((2*j*j)%1009+i)))
		}
		weights[i].Data = values
	}
	require.NoError(t, m.SetWeights(weights))
	return m
}

// padded lays sequences out as [B, longest], with their lengths.
func padded(sequences [][]int) (ids, lengths []int32, longest int) {
	for _, s := range sequences {
		longest = max(longest, len(s))
	}
	for _, s := range sequences {
		lengths = append(lengths, int32(len(s)))
		for i := range longest {
			id := 0
			if i < len(s) {
				id = s[i]
			}
			ids = append(ids, int32(id))
		}
	}
	return ids, lengths, longest
}

func TestTheEnginesEncoderDecodersAgreeWithPyTorch(t *testing.T) {
	for _, c := range read[encoderDecoderCase](t, "encoder_decoder.json") {
		t.Run(c.Name, func(t *testing.T) {
			m := c.engine(t)
			b := core.Batch{Batch: len(c.Sources)}
			b.Inputs, b.Lengths, b.Steps = padded(c.Sources)
			var steps int
			b.Targets, b.TargetLengths, steps = padded(c.Targets)
			f, err := m.Forward(b)
			require.NoError(t, err)
			assert.InEpsilon(t, c.Expected.Loss, f.Loss, engineOutputs)
			for i, want := range c.Expected.Outputs {
				for s := range want.Shape[0] {
					near(t, "outputs", want.rowData(s), f.Outputs.Data[(i*steps+s)*want.Shape[1]:], engineOutputs)
				}
			}
			for i, want := range c.Expected.Alphas {
				for s := range want.Shape[0] {
					near(t, "attention", want.rowData(s), f.Attention.Data[(i*steps+s)*b.Steps:], engineOutputs)
				}
			}
			loss, gradients, _, err := m.Gradients(b)
			require.NoError(t, err)
			assert.InEpsilon(t, c.Expected.Loss, loss, engineOutputs)
			require.Len(t, gradients, len(c.Expected.Gradients))
			for _, g := range gradients {
				require.Contains(t, c.Expected.Gradients, g.Name)
				near(t, g.Name, c.Expected.Gradients[g.Name].Data, g.Data, engineGradients)
			}
		})
	}
}

// near wants the leading elements within the tolerance times the largest of the wanted ones.
func near(t *testing.T, what string, want []float64, got []float32, tolerance float64) {
	t.Helper()
	require.GreaterOrEqual(t, len(got), len(want), what)
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= tolerance*largest(want)) {
			t.Errorf("%s[%d] is %v, PyTorch has %v (largest %v)", what, i, got[i], w, largest(want))
			return
		}
	}
}
