package sample

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/random"
)

func TestDrawsFollowTheTemperedSoftmax(t *testing.T) {
	logits := []float32{0, float32(math.Log(2)), float32(math.Log(5)), float32(math.Inf(-1))}
	const n = 100_000
	for _, temperature := range []float64{0.5, 1, 2} {
		want, sum := make([]float64, len(logits)), 0.0
		for i, p := range []float64{1, 2, 5, 0} {
			want[i] = math.Pow(p, 1/temperature)
			sum += want[i]
		}
		s := Sampler{Temperature: temperature, Source: random.New(3, random.Sampling)}
		counts := make([]float64, len(logits))
		for range n {
			token, probability := s.Draw(logits)
			counts[token]++
			assert.InDelta(t, []float64{1, 2, 5, 0}[token]/8, probability, 1e-7)
		}
		for i := range want {
			p := want[i] / sum
			if d := math.Abs(counts[i]/n - p); !(d <= 5*math.Sqrt(p*(1-p)/n)) {
				t.Errorf("temperature %g: token %d came with frequency %g, want %g", temperature, i, counts[i]/n, p)
			}
		}
	}
}

func TestTemperatureZeroIsGreedy(t *testing.T) {
	s := Sampler{}
	token, probability := s.Draw([]float32{1, 3, 3, 2})
	assert.Equal(t, 1, token)
	assert.InDelta(t, 1/(math.Exp(-2)+2+math.Exp(-1)), probability, 1e-12)
}

func TestTheSameSeedDrawsTheSame(t *testing.T) {
	logits := []float32{0.1, 0.2, 0.3}
	a := Sampler{Temperature: 1, Source: random.New(9, random.Sampling)}
	b := Sampler{Temperature: 1, Source: random.New(9, random.Sampling)}
	for range 50 {
		x, _ := a.Draw(logits)
		y, _ := b.Draw(logits)
		assert.Equal(t, x, y)
	}
}
