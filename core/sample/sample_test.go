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

// drawn gives which tokens ever come, of softmax probabilities 0.4, 0.3, 0.2, 0.1.
func drawn(s Sampler) map[int]bool {
	s.Temperature, s.Source = 1, random.New(4, random.Sampling)
	logits := []float32{float32(math.Log(0.2)), float32(math.Log(0.4)), float32(math.Log(0.1)), float32(math.Log(0.3))}
	came := map[int]bool{}
	for range 2000 {
		s.seen = nil
		token, _ := s.Draw(logits)
		came[token] = true
	}
	return came
}

func TestCutsLeaveTheLikelierTokens(t *testing.T) {
	all := map[int]bool{0: true, 1: true, 2: true, 3: true}
	assert.Equal(t, all, drawn(Sampler{}))
	assert.Equal(t, map[int]bool{1: true, 3: true}, drawn(Sampler{TopK: 2}))
	assert.Equal(t, all, drawn(Sampler{TopK: 9}))
	assert.Equal(t, map[int]bool{1: true}, drawn(Sampler{TopP: 0.39}))
	assert.Equal(t, map[int]bool{1: true, 3: true}, drawn(Sampler{TopP: 0.6}))
	assert.Equal(t, all, drawn(Sampler{TopP: 1}))
	assert.Equal(t, map[int]bool{1: true, 3: true}, drawn(Sampler{MinP: 0.6}), "at least 0.24")
	assert.Equal(t, map[int]bool{1: true}, drawn(Sampler{TopK: 2, TopP: 0.5}), "0.4 is over half of 0.7")
}

func TestRepetitionPenaltyTurnsToOtherTokens(t *testing.T) {
	s := Sampler{RepetitionPenalty: 2}
	logits := []float32{3, 2, -1}
	first, p := s.Draw(logits)
	second, q := s.Draw(logits) // 1.5, 2, -1
	third, _ := s.Draw(logits)  // 1.5, 1, -1
	assert.Equal(t, []int{0, 1, 0}, []int{first, second, third})
	sum := math.Exp(3) + math.Exp(2) + math.Exp(-1)
	assert.InDelta(t, math.Exp(3)/sum, p, 1e-9, "the probability is the model's own")
	assert.InDelta(t, math.Exp(2)/sum, q, 1e-9)

	prompted := Sampler{RepetitionPenalty: 2}
	prompted.See(0)
	token, _ := prompted.Draw(logits)
	assert.Equal(t, 1, token, "a prompt counts as seen")
}
