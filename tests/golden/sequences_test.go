package golden

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/reference"
)

type encoderDecoderCase struct {
	Name   string
	Config struct {
		Attention                                                   string
		Bidirectional                                               bool
		Embedding, Hidden, Units, SourceTokens, TargetTokens, Begin int
	}
	Parameters       []parameter
	Sources, Targets [][]int
	Expected         struct {
		Outputs, Alphas []tensor
		Loss            float64
		Gradients       map[string]tensor
	}
}

func (c encoderDecoderCase) model() *reference.EncoderDecoder {
	k := c.Config
	var encoder reference.Layer = reference.NewGRU(k.Embedding, k.Hidden)
	if k.Bidirectional {
		half := func() reference.Layer { return reference.NewGRU(k.Embedding, k.Hidden/2) }
		encoder = reference.NewBidirectional(reference.Concat, half(), half())
	}
	var score reference.Score
	switch k.Attention {
	case "additive":
		score = reference.NewAdditive(k.Hidden, k.Hidden, k.Units)
	case "multiplicative":
		score = reference.NewMultiplicative(k.Hidden, k.Hidden)
	}
	return reference.NewEncoderDecoder(
		reference.NewEmbedding(k.SourceTokens, k.Embedding), reference.NewEmbedding(k.TargetTokens, k.Embedding),
		[]reference.Layer{encoder}, []reference.Layer{reference.NewGRU(k.Embedding, k.Hidden)}, score, k.TargetTokens)
}

func TestEncoderDecodersAgreeWithPyTorch(t *testing.T) {
	for _, c := range read[encoderDecoderCase](t, "encoder_decoder.json") {
		t.Run(c.Name, func(t *testing.T) {
			m := c.model()
			fill(t, c.Parameters, m.Parameters())
			var steps int
			for _, target := range c.Targets {
				steps += len(target)
			}
			var loss float64
			for b, target := range c.Targets {
				p := reference.Pair{Source: c.Sources[b], Targets: target, Given: append([]int{c.Config.Begin}, target[:len(target)-1]...)}
				for range target {
					p.Weights = append(p.Weights, 1/float64(steps))
				}
				yhat, alphas := m.Run(p)
				for s := range target {
					agree(t, fmt.Sprint("output of step ", s), c.Expected.Outputs[b].rowData(s), yhat[s].RawVector().Data)
					if m.Attention != nil {
						agree(t, fmt.Sprint("attention of step ", s), c.Expected.Alphas[b].rowData(s), alphas[s])
					}
				}
				l, _ := m.Gradients(p)
				loss += l
			}
			assert.InEpsilon(t, c.Expected.Loss, loss, tolerance)
			agreeGradients(t, c.Expected.Gradients, m.Parameters())
		})
	}
}

type ctcCase struct {
	Name     string
	Blank    int
	Lengths  []int
	Labels   [][]int
	Logits   tensor
	Expected struct {
		Losses    []float64
		Gradients tensor
	}
}

func TestCTCAgreesWithPyTorch(t *testing.T) {
	for _, c := range read[ctcCase](t, "ctc.json") {
		require.Len(t, c.Lengths, len(c.Labels))
		for b, labels := range c.Labels {
			var o reference.Sequence
			for s := range c.Lengths[b] {
				o = append(o, c.Logits.row(b, s))
			}
			loss, do := reference.CTC(o, labels, c.Blank)
			assert.InEpsilon(t, c.Expected.Losses[b], loss, tolerance, "%s, sequence %d", c.Name, b)
			for s := range c.Logits.Shape[1] {
				want := c.Expected.Gradients.rowData(b, s)
				if s < len(do) {
					agree(t, fmt.Sprintf("%s, gradient at step %d of sequence %d", c.Name, s, b), want, do[s].RawVector().Data)
				} else {
					assert.Zero(t, largest(want))
				}
			}
		}
	}
}
