// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func newTranslator(score Score, encoder, decoder []Layer) (*EncoderDecoder, Pair) {
	m := NewEncoderDecoder(NewEmbedding(5, 3), NewEmbedding(4, 2), encoder, decoder, score, 4)
	fillParameters(m.Parameters())
	return m, Pair{Source: []int{0, 3, 1, 4, 2, 3}, Given: []int{0, 2, 3, 1}, Targets: []int{2, 3, 1, 3}, Weights: []float64{0.3, 0.2, 0.4, 0.1}}
}

func differentiableTranslator(m *EncoderDecoder, p Pair) differentiable {
	return differentiable{
		loss: func() float64 { return m.Loss(p) },
		differentiate: func() (float64, []Parameter) {
			loss, _ := m.Gradients(p)
			return loss, m.Parameters()
		},
	}
}

func TestEncoderDecoderGradientsAgainstCentralDifferences(t *testing.T) {
	type stacks struct{ encoder, decoder []Layer }
	two := func() stacks {
		return stacks{[]Layer{NewBidirectional(Sum, NewLSTM(3, 3), NewLSTM(3, 3)), NewGRU(3, 2)}, []Layer{NewLSTM(2, 3), NewGRU(3, 2)}}
	}
	concat := func() stacks {
		return stacks{[]Layer{NewBidirectional(Concat, NewLSTM(3, 2), NewLSTM(3, 2))}, []Layer{NewLSTM(2, 4)}}
	}
	for name, c := range map[string]struct {
		stacks
		score Score
	}{
		"no attention":             {two(), nil},
		"c only in the encoder":    {stacks{[]Layer{NewLSTM(3, 3)}, []Layer{NewGRU(2, 3)}}, NewMultiplicative(3, 3)},
		"c only in the decoder":    {stacks{[]Layer{NewGRU(3, 3)}, []Layer{NewLSTM(2, 3)}}, NewMultiplicative(3, 3)},
		"additive":                 {two(), NewAdditive(2, 2, 3)},
		"multiplicative":           {two(), NewMultiplicative(2, 2)},
		"both ways additive":       {concat(), NewAdditive(4, 4, 3)},
		"both ways multiplicative": {concat(), NewMultiplicative(4, 4)},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := newTranslator(c.score, c.encoder, c.decoder)
			differentiableTranslator(m, p).check(t)
		})
	}
}

func TestAttentionWeightsAreADistribution(t *testing.T) {
	m, p := newTranslator(NewAdditive(3, 3, 2), []Layer{NewGRU(3, 3)}, []Layer{NewGRU(2, 3)})
	yhat, alphas := m.Run(p)
	require.Len(t, alphas, len(p.Given))
	for step, alpha := range alphas {
		require.Len(t, alpha, len(p.Source))
		assert.InDelta(t, 1, mat.Sum(mat.NewVecDense(len(alpha), alpha)), 1e-15)
		assert.InDelta(t, 1, mat.Sum(yhat[step]), 1e-15)
	}
	assert.NotEqual(t, alphas[0], alphas[1], "attention does not look at the query")
}

func TestAttentionToAnEmptySourceIsZero(t *testing.T) {
	m, p := newTranslator(NewMultiplicative(3, 3), []Layer{NewGRU(3, 3)}, []Layer{NewGRU(2, 3)})
	p.Source = nil
	_, alphas := m.Run(p)
	assert.Empty(t, alphas[0])
	check := differentiableTranslator(m, p)
	_, variables := check.differentiate()
	for _, v := range variables {
		assert.LessOrEqual(t, worstError(check.centralDifferences(v), v.Gradient), differenceTolerance, v.Name)
	}
}

func TestEncoderDecoderOfVectorsWithDropoutAgainstCentralDifferences(t *testing.T) {
	m := NewEncoderDecoder(nil, nil, []Layer{NewLSTM(2, 3)}, []Layer{NewLSTM(4, 3)}, NewAdditive(3, 3, 2), 4)
	fillParameters(m.Parameters())
	vectors := func(n, length, from int) (x Sequence) {
		for t := range n {
			v := zeros(length)
			for i := range length {
				v.SetVec(i, float64((from+3*t+i)%5)-1.5)
			}
			x = append(x, v)
		}
		return x
	}
	p := Pair{
		Inputs: vectors(4, 2, 0), Given: []int{0, 2, 3}, Targets: []int{2, 3, 1}, Weights: []float64{0.3, 0.5, 0.2},
		Initial:     []State{{H: vectors(1, 3, 1)[0], C: vectors(1, 3, 2)[0]}},
		SourceMasks: []Sequence{vectors(4, 3, 3)}, TargetMasks: []Sequence{vectors(3, 3, 4)},
	}
	differentiableTranslator(m, p).check(t)
}
