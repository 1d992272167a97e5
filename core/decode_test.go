package core

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
)

// newWriter is a small encoder–decoder with sources of unequal length, one of them empty.
func newWriter(t *testing.T, attention cell.Score, cells Cell) (*Model, Batch) {
	m, err := New(Config{Input: tokensIn(5), Output: Output{Classes: 3}, Seed: 11,
		Layers:  []Layer{{Cell: cells, Hidden: 4, Bidirectional: true, Merge: cell.Sum}},
		Decoder: &Decoder{Attention: attention, Begin: 2, End: 1, Layers: []Layer{{Cell: cells, Hidden: 4}}}})
	require.NoError(t, err)
	for _, w := range m.Weights() {
		for i := range w.Data {
			w.Data[i] *= 3 // so that some tokens are clearly likelier
		}
	}
	m.stale = true
	return m, Batch{Batch: 3, Steps: 4, Lengths: []int32{2, 4, 0}, Inputs: []int32{0, 1, 0, 0, 3, 4, 2, 1, 0, 0, 0, 0}}
}

// probability is log p of a target by teacher forcing: a way to it that shares no state with the search.
func probability(t *testing.T, m *Model, b Batch, i int, target []int32) float64 {
	if len(target) == 0 {
		return 0
	}
	one := Batch{Batch: 1, Steps: b.Steps, Lengths: b.Lengths[i : i+1], Inputs: b.Inputs[i*b.Steps:][:b.Steps], Targets: target}
	f, err := m.Forward(one)
	require.NoError(t, err)
	return -f.Loss * float64(len(target))
}

// everyTarget lists what can be written in at most length steps, with its score.
func everyTarget(t *testing.T, m *Model, b Batch, i int, o DecodeOptions) (all []Decoded) {
	end := int32(m.Config().Decoder.End)
	var extend func(written []int32)
	extend = func(written []int32) {
		if len(written) == o.Length {
			all = append(all, Decoded{slices.Clone(written), probability(t, m, b, i, written)})
			return
		}
		all = append(all, Decoded{slices.Clone(written), probability(t, m, b, i, append(slices.Clone(written), end))})
		for token := range int32(m.Config().Output.Classes) {
			if token != end {
				extend(append(slices.Clone(written), token))
			}
		}
	}
	extend([]int32{})
	slices.SortStableFunc(all, func(x, y Decoded) int {
		return cmp.Compare(o.score(y), o.score(x))
	})
	return all
}

func TestAFullBeamFindsEveryTargetInItsOrder(t *testing.T) {
	for _, attention := range []cell.Score{NoAttention, cell.Additive, cell.Multiplicative} {
		for _, cells := range []Cell{Elman, LSTM, GRU} {
			for _, penalty := range []float64{0, 0.8} {
				m, b := newWriter(t, attention, cells)
				o := DecodeOptions{Beam: 100, Length: 4, LengthPenalty: penalty}
				results, err := m.Decode(b, o)
				require.NoError(t, err)
				for i, found := range results {
					want := everyTarget(t, m, b, i, o)
					require.Len(t, found, len(want))
					var total float64
					for k, d := range found {
						assert.Equal(t, want[k].Tokens, d.Tokens, "place %d", k)
						assert.InDelta(t, want[k].LogProbability, d.LogProbability, 1e-5)
						total += math.Exp(d.LogProbability)
					}
					assert.InDelta(t, 1, total, 1e-6, "all targets together are certain")
				}
			}
		}
	}
}

func TestGreedyTakesTheLikeliestTokenEachTime(t *testing.T) {
	m, b := newWriter(t, cell.Additive, GRU)
	results, err := m.Decode(b, DecodeOptions{Length: 12, LengthPenalty: 1})
	require.NoError(t, err)
	for i, found := range results {
		require.Len(t, found, 1)
		written := []int32{}
		for len(written) < 12 {
			scores := map[int32]float64{}
			best := int32(0)
			for token := range int32(3) {
				scores[token] = probability(t, m, b, i, append(slices.Clone(written), token))
				if scores[token] > scores[best] {
					best = token
				}
			}
			if best == 1 {
				break
			}
			written = append(written, best)
		}
		assert.Equal(t, written, found[0].Tokens)
	}
}

func TestABeamGivesThatManyTargetsTheBestFirst(t *testing.T) {
	m, b := newWriter(t, cell.Multiplicative, GRU)
	for _, beam := range []int{1, 2, 5} {
		results, err := m.Decode(b, DecodeOptions{Beam: beam, Length: 6})
		require.NoError(t, err)
		for _, found := range results {
			assert.Len(t, found, beam)
			for k, d := range found {
				assert.LessOrEqual(t, len(d.Tokens), 6)
				assert.NotContains(t, d.Tokens, int32(1), "the end mark is not a token of the target")
				if k > 0 {
					assert.GreaterOrEqual(t, found[k-1].LogProbability, d.LogProbability)
				}
			}
		}
	}
}

func TestDecodeLeavesTheModelAsItWas(t *testing.T) {
	m, b := newWriter(t, cell.Additive, LSTM)
	first, err := m.Decode(b, DecodeOptions{Beam: 3})
	require.NoError(t, err)
	again, err := m.Decode(b, DecodeOptions{Beam: 3})
	require.NoError(t, err)
	assert.Equal(t, first, again)
	alone, err := m.Decode(Batch{Batch: 1, Steps: 2, Inputs: b.Inputs[:2]}, DecodeOptions{Beam: 3, Length: 18})
	require.NoError(t, err)
	for k, d := range alone[0] {
		assert.Equal(t, first[0][k].Tokens, d.Tokens, "the others of the batch play no part")
		assert.InDelta(t, first[0][k].LogProbability, d.LogProbability, 1e-6)
	}
}
