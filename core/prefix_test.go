package core

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/loss"
)

// everyLabelling sums the probabilities of all paths by the labelling that they become.
func everyLabelling(y [][]float64) map[string]float64 {
	all := map[string]float64{}
	var walk func(t int, before int32, labels string, p float64)
	walk = func(t int, before int32, labels string, p float64) {
		if t == len(y) {
			all[labels] += p
			return
		}
		for k, q := range y[t] {
			next := labels
			if k != loss.Blank && int32(k) != before {
				next += string(rune('a' + k))
			}
			walk(t+1, int32(k), next, p*q)
		}
	}
	walk(0, loss.Blank, "", 1)
	return all
}

// drawn are logits [steps, classes] with their distributions in float64.
func drawn(draw *rand.Rand, steps, classes int, spread float64) (logits []float32, y [][]float64) {
	for range steps {
		row, total := make([]float64, classes), 0.0
		for k := range row {
			o := float32(spread * draw.NormFloat64())
			logits, row[k] = append(logits, o), math.Exp(float64(o))
			total += row[k]
		}
		for k := range row {
			row[k] /= total
		}
		y = append(y, row)
	}
	return logits, y
}

func spelt(labels []int32) (text string) {
	for _, label := range labels {
		text += string(rune('a' + label))
	}
	return text
}

func TestAWidePrefixSearchIsExact(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 1))
	for i := range 60 {
		steps, classes := i%7, 2+i%3
		logits, y := drawn(draw, steps, classes, 1.5)
		var read loss.Distributions
		read.Read(logits, classes, steps, classes)
		want := everyLabelling(y)
		found := newPrefixSearch(&read, classes, 4096).all()
		require.Len(t, found, len(want), "every labelling once")
		for n, d := range found {
			assert.InEpsilon(t, want[spelt(d.Tokens)], math.Exp(d.LogProbability), 1e-5)
			if n > 0 {
				assert.LessOrEqual(t, d.LogProbability, found[n-1].LogProbability)
			}
		}
	}
}

// A narrow beam follows some of the paths: it finds each labelling once, and claims no more than there is.
func TestANarrowPrefixSearchLosesPathsAndAddsNone(t *testing.T) {
	draw := rand.New(rand.NewPCG(2, 2))
	best := 0
	for range 200 {
		logits, y := drawn(draw, 7, 4, 2)
		var read loss.Distributions
		read.Read(logits, 4, 7, 4)
		want := everyLabelling(y)
		found := newPrefixSearch(&read, 4, 6).all()
		require.Len(t, found, 6)
		seen := map[string]bool{}
		for _, d := range found {
			assert.False(t, seen[spelt(d.Tokens)])
			seen[spelt(d.Tokens)] = true
			assert.LessOrEqual(t, math.Exp(d.LogProbability), want[spelt(d.Tokens)]*(1+1e-5))
		}
		top := 0.0
		for _, p := range want {
			top = math.Max(top, p)
		}
		if want[spelt(found[0].Tokens)] >= top*(1-1e-9) {
			best++
		}
	}
	assert.Greater(t, best, 180, "of 200 it finds the likeliest labelling")
}

func TestTheBestPathIsMergedAndItsBlanksDropped(t *testing.T) {
	logits := []float32{0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 3, 0, 2, 2}
	var read loss.Distributions
	read.Read(logits, 3, 7, 3)
	assert.Equal(t, []int32{1, 1, 2, 1}, bestPath(&read), "1 1 - 1 2 2 1, the first of equals")
	read.Read(logits, 3, 0, 3)
	assert.Equal(t, []int32{}, bestPath(&read))
}

func TestDecodeOfCTCAgreesWithAllPaths(t *testing.T) {
	c := Config{Input: tokensIn(6), Output: Output{Classes: 3}, Layers: []Layer{{Cell: LSTM, Hidden: 5, Bidirectional: true}}, Loss: CTC, Seed: 4}
	m, err := New(c)
	require.NoError(t, err)
	for _, w := range m.Weights() {
		for i := range w.Data {
			w.Data[i] *= 3
		}
	}
	m.stale = true
	b := Batch{Batch: 4, Steps: 6, Lengths: []int32{2, 6, 0, 5}, Inputs: make([]int32, 24)}
	for i := range b.Inputs {
		b.Inputs[i] = int32((5*i + i*i) % 6)
	}
	f, err := m.Forward(b)
	require.NoError(t, err)
	for _, o := range []DecodeOptions{{}, {Beam: 2}, {Beam: 1024}, {Beam: 1024, LengthPenalty: 1.5}} {
		results, err := m.Decode(b, o)
		require.NoError(t, err)
		for i, found := range results {
			var y [][]float64
			path := ""
			for s := range int(b.Lengths[i]) {
				row := f.Outputs.Data[(i*6+s)*3:][:3]
				y = append(y, []float64{float64(row[0]), float64(row[1]), float64(row[2])})
				path += string(rune('a' + slices.Index(row, slices.Max(row))))
			}
			want := everyLabelling(y)
			for n, d := range found {
				assert.InEpsilon(t, want[spelt(d.Tokens)], math.Exp(d.LogProbability), 1e-5, "the probability of all paths, however narrow the beam")
				if n > 0 {
					assert.GreaterOrEqual(t, o.score(found[n-1]), o.score(d))
				}
			}
			if o.Beam == 1024 {
				require.Len(t, found, len(want))
			} else {
				assert.LessOrEqual(t, len(found), max(1, o.Beam))
			}
			if o.Beam == 0 {
				assert.Equal(t, merged(path), spelt(found[0].Tokens))
			}
			if o.Beam == 1024 && o.LengthPenalty == 0 {
				top := 0.0
				for _, p := range want {
					top = math.Max(top, p)
				}
				assert.InEpsilon(t, top, math.Exp(found[0].LogProbability), 1e-5)
			}
		}
	}
}

// merged is what a path written in letters, "a" the blank, becomes.
func merged(path string) (labels string) {
	for i, k := range path {
		if k != 'a' && (i == 0 || byte(k) != path[i-1]) {
			labels += string(k)
		}
	}
	return labels
}

func TestDecodeOfCTCRefusesWhatIsNotFinite(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	m.weights.Named("head.bias")[2] = float32(math.Inf(1))
	m.stale = true
	_, err = m.Decode(Batch{Batch: 1, Steps: 2, Inputs: []int32{1, 2}}, DecodeOptions{})
	assertCode(t, CodeNumeric, "decode: an output of step 0 is +Inf", err)
}
