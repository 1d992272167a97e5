package golden

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/loss"
)

// swapped exchanges the case's blank and class 0, which is the engine's.
func (c ctcCase) swapped(class int) int {
	switch class {
	case c.Blank:
		return loss.Blank
	case loss.Blank:
		return c.Blank
	}
	return class
}

// labellings are the case's targets in the engine's classes.
func (c ctcCase) labellings() (all [][]int) {
	for _, labels := range c.Labels {
		own := []int{}
		for _, label := range labels {
			own = append(own, c.swapped(label))
		}
		all = append(all, own)
	}
	return all
}

// row is step s of sequence b of a tensor of the case, in the engine's classes.
func (c ctcCase) row(of tensor, b, s int) []float64 {
	row := make([]float64, of.Shape[2])
	for k, v := range of.rowData(b, s) {
		row[c.swapped(k)] = v
	}
	return row
}

func TestTheCTCLossAgreesWithPyTorch(t *testing.T) {
	for _, c := range read[ctcCase](t, "ctc.json") {
		batch, steps, classes := c.Logits.Shape[0], c.Logits.Shape[1], c.Logits.Shape[2]
		targets, weights := loss.Targets{Steps: c.Lengths}, make([]float32, batch)
		do := make([]float32, steps*batch*classes)
		var want float64
		for b, labels := range c.labellings() {
			own := []int32{}
			for _, label := range labels {
				own = append(own, int32(label))
			}
			targets.Labels, weights[b] = append(targets.Labels, own), 1
			want += c.Expected.Losses[b]
			for s := range steps {
				for k, o := range c.row(c.Logits, b, s) {
					do[(s*batch+b)*classes+k] = float32(o)
				}
			}
		}
		var ctc loss.CTC
		assert.InEpsilon(t, want, ctc.Gradient(do, targets, weights, classes), engineOutputs)
		for b := range batch {
			for s := range steps {
				near(t, "gradient on the logits", c.row(c.Expected.Gradients, b, s), do[(s*batch+b)*classes:][:classes], engineGradients)
			}
		}
	}
}

// passing is a network whose logits are what it reads: h = relu [x; -x], o = h₁ - h₂.
func passing(t *testing.T, classes int) *core.Model {
	m, err := core.New(core.Config{Input: core.Input{Features: classes}, Output: core.Output{Classes: classes}, Loss: core.CTC,
		Layers: []core.Layer{{Cell: core.Elman, Hidden: 2 * classes, Activation: core.Relu}}})
	require.NoError(t, err)
	weights := m.Weights()
	for _, w := range weights {
		clear(w.Data)
		for k := range classes {
			switch w.Name {
			case "rnn.weight_ih_l0":
				w.Data[k*classes+k], w.Data[(classes+k)*classes+k] = 1, -1
			case "head.weight":
				w.Data[k*2*classes+k], w.Data[k*2*classes+classes+k] = 1, -1
			}
		}
	}
	require.NoError(t, m.SetWeights(weights))
	return m
}

func TestTheEnginesCTCModelsAgreeWithPyTorch(t *testing.T) {
	for _, c := range read[ctcCase](t, "ctc.json") {
		batch, steps, classes := c.Logits.Shape[0], c.Logits.Shape[1], c.Logits.Shape[2]
		m, b := passing(t, classes), core.Batch{Batch: batch, Steps: steps}
		b.Targets, b.TargetLengths, _ = padded(c.labellings())
		var want float64
		dV, dc := make([]float64, classes*2*classes), make([]float64, classes)
		for i, labels := range c.Labels {
			b.Lengths = append(b.Lengths, int32(c.Lengths[i]))
			share := 1 / float64(batch*max(1, len(labels)))
			want += share * c.Expected.Losses[i]
			for s := range steps {
				x := c.row(c.Logits, i, s)
				for _, v := range x {
					b.Features = append(b.Features, float32(v))
				}
				for k, d := range c.row(c.Expected.Gradients, i, s) {
					dc[k] += share * d
					for j, v := range x {
						dV[k*2*classes+j] += share * d * max(v, 0)
						dV[k*2*classes+classes+j] += share * d * max(-v, 0)
					}
				}
			}
		}
		f, err := m.Forward(b)
		require.NoError(t, err)
		assert.InEpsilon(t, want, f.Loss, engineOutputs)
		loss, gradients, _, err := m.Gradients(b)
		require.NoError(t, err)
		assert.InEpsilon(t, want, loss, engineOutputs)
		for _, g := range gradients {
			switch g.Name {
			case "head.weight":
				near(t, g.Name, dV, g.Data, engineGradients)
			case "head.bias":
				near(t, g.Name, dc, g.Data, engineGradients)
			}
		}
	}
}
