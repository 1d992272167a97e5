// Package sample draws tokens from a model's outputs.
package sample

import (
	"math"

	"github.com/unfold-rnn/unfold/core/random"
)

// Sampler draws from softmax(logits / Temperature). Temperature 0 is greedy: the largest logit, the lowest
// index among equals.
type Sampler struct {
	Temperature float64
	Source      *random.Source

	weights []float64
}

// Draw picks a token and returns it with its probability under softmax(logits), that is at temperature 1.
func (s *Sampler) Draw(logits []float32) (token int, probability float64) {
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	top := float64(logits[best])
	token = best
	if s.Temperature > 0 {
		token = s.draw(logits, top)
	}
	var sum float64
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	return token, math.Exp(float64(logits[token])-top) / sum
}

func (s *Sampler) draw(logits []float32, top float64) int {
	if cap(s.weights) < len(logits) {
		s.weights = make([]float64, len(logits))
	}
	weights := s.weights[:len(logits)]
	var sum float64
	for i, v := range logits {
		weights[i] = math.Exp((float64(v) - top) / s.Temperature)
		sum += weights[i]
	}
	u := s.Source.Float64() * sum
	last := 0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = i
		if u -= w; u < 0 {
			return i
		}
	}
	return last // rounding left a crumb of u: the last token that could have come
}
