// Package sample draws tokens from a model's outputs.
package sample

import (
	"math"
	"slices"

	"github.com/unfold-rnn/unfold/core/random"
)

// Sampler draws from softmax(logits / Temperature), cut down to the likelier tokens. Temperature 0 is greedy: the largest
// logit, the lowest index among equals. Zero values of the other fields change nothing.
//
// The order is: repetition penalty, temperature, top-k, top-p, min-p; each cut looks at what the one before left.
type Sampler struct {
	Temperature float64
	TopK        int     // the k likeliest tokens alone
	TopP        float64 // in (0, 1]: the fewest likeliest tokens whose probabilities reach p (A. Holtzman et al., 2020)
	MinP        float64 // in [0, 1): tokens at least so likely as this share of the likeliest (M. Nguyen et al., 2024)
	// RepetitionPenalty ≥ 1 divides a positive logit, and multiplies a negative one, of every token that was seen
	// (N. S. Keskar et al., CTRL, 2019).
	RepetitionPenalty float64
	Source            *random.Source

	seen    []bool
	logits  []float64
	weights []float64
	order   []int
}

// See notes tokens as seen, for the repetition penalty.
func (s *Sampler) See(tokens ...int32) {
	for _, t := range tokens {
		for int(t) >= len(s.seen) {
			s.seen = append(s.seen, false)
		}
		s.seen[t] = true
	}
}

// Draw picks a token, and returns it with its probability under softmax(logits): at temperature 1, without penalty and cuts.
func (s *Sampler) Draw(logits []float32) (token int, probability float64) {
	top, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		top = math.Max(top, float64(v))
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	s.penalise(logits)
	token = s.best()
	if s.Temperature > 0 {
		token = s.draw(s.logits[token])
	}
	s.See(int32(token))
	return token, math.Exp(float64(logits[token])-top) / sum
}

// penalise copies the logits, with the penalty where a token was seen.
func (s *Sampler) penalise(logits []float32) {
	s.logits = s.logits[:0]
	for i, v := range logits {
		x := float64(v)
		if s.RepetitionPenalty > 1 && i < len(s.seen) && s.seen[i] {
			if x > 0 {
				x /= s.RepetitionPenalty
			} else {
				x *= s.RepetitionPenalty
			}
		}
		s.logits = append(s.logits, x)
	}
}

func (s *Sampler) best() (best int) {
	for i, x := range s.logits {
		if x > s.logits[best] {
			best = i
		}
	}
	return best
}

func (s *Sampler) draw(top float64) int {
	s.weights = s.weights[:0]
	for _, x := range s.logits {
		s.weights = append(s.weights, math.Exp((x-top)/s.Temperature))
	}
	if s.TopK > 0 || s.TopP > 0 && s.TopP < 1 || s.MinP > 0 {
		s.cut()
	}
	var sum float64
	for _, w := range s.weights {
		sum += w
	}
	u := s.Source.Float64() * sum
	last := 0
	for i, w := range s.weights {
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

// cut takes the weight of the tokens that are not to be drawn. The likeliest token always stays.
func (s *Sampler) cut() {
	s.order = s.order[:0]
	for i := range s.weights {
		s.order = append(s.order, i)
	}
	slices.SortStableFunc(s.order, func(i, j int) int {
		switch {
		case s.weights[i] > s.weights[j]:
			return -1
		case s.weights[i] < s.weights[j]:
			return 1
		}
		return 0
	})
	keep := len(s.order)
	if s.TopK > 0 {
		keep = min(keep, s.TopK)
	}
	if s.TopP > 0 && s.TopP < 1 {
		keep = s.nucleus(keep)
	}
	if s.MinP > 0 {
		floor := s.MinP * s.weights[s.order[0]]
		for keep > 1 && s.weights[s.order[keep-1]] < floor {
			keep--
		}
	}
	for _, i := range s.order[keep:] {
		s.weights[i] = 0
	}
}

// nucleus counts the fewest of the first keep tokens whose weights reach TopP of their sum.
func (s *Sampler) nucleus(keep int) int {
	var sum, reached float64
	for _, i := range s.order[:keep] {
		sum += s.weights[i]
	}
	for n, i := range s.order[:keep] {
		if reached += s.weights[i]; reached >= s.TopP*sum {
			return n + 1
		}
	}
	return keep
}
