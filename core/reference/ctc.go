package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// CTC is the connectionist temporal classification loss of T vectors of logits o(t) and a shorter labelling: -log of
// the sum of the probabilities of all paths that become the labelling once repeats are merged and blanks dropped.
//
// With l' the labelling with a blank before, between and behind its labels, length 2L+1, and ŷ(t) = softmax o(t), in
// logarithms:
//
//	α(t,s) = ŷ(t)[l'(s)] · (α(t-1,s) + α(t-1,s-1) + α(t-1,s-2) where l'(s) is neither blank nor l'(s-2))
//	β(t,s) = what is left to read after t: the same sums from the end, without ŷ(t)
//	p = Σ α(T,s) over the last two s    loss = -log p
//	do(t)[k] = ŷ(t)[k] - Σ over s with l'(s) = k of α(t,s) β(t,s) / p
//
// A labelling that cannot fit in T steps has the loss +∞ and a gradient of zeros.
//
// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, Connectionist temporal classification, ICML (2006).
func CTC(o Sequence, labels []int, blank int) (loss float64, do Sequence) {
	extended := []int{blank}
	for _, label := range labels {
		extended = append(extended, label, blank)
	}
	logY := make([][]float64, len(o))
	for t, v := range o {
		norm := logSumExp(v.RawVector().Data...)
		logY[t] = apply(func(x float64) float64 { return x - norm }, v).RawVector().Data
	}
	alpha, logP := ctcAlpha(logY, extended, blank)
	do = make(Sequence, len(o))
	if math.IsInf(logP, -1) {
		for t, v := range o {
			do[t] = zeros(v.Len())
		}
		return math.Inf(1), do
	}
	beta := ctcBeta(logY, extended, blank)
	for t := range o {
		do[t] = apply(math.Exp, mat.NewVecDense(len(logY[t]), logY[t]))
		for s, label := range extended {
			do[t].SetVec(label, do[t].AtVec(label)-math.Exp(alpha[t][s]+beta[t][s]-logP))
		}
	}
	return -logP, do
}

// ctcSkips tells whether the path may go from s-2 to s.
func ctcSkips(extended []int, blank, s int) bool {
	return s >= 2 && extended[s] != blank && extended[s] != extended[s-2]
}

func ctcAlpha(logY [][]float64, extended []int, blank int) (alpha [][]float64, logP float64) {
	if len(logY) == 0 { // no step reads the empty labelling and nothing else
		if len(extended) > 1 {
			logP = math.Inf(-1)
		}
		return nil, logP
	}
	alpha = append(alpha, minusInfinities(len(extended)))
	for s := range min(2, len(extended)) { // a path begins with a blank or with the first label
		alpha[0][s] = logY[0][extended[s]]
	}
	for t := 1; t < len(logY); t++ {
		before, row := alpha[t-1], minusInfinities(len(extended))
		for s, label := range extended {
			terms := before[max(0, s-1) : s+1]
			if ctcSkips(extended, blank, s) {
				terms = before[s-2 : s+1]
			}
			row[s] = logSumExp(terms...) + logY[t][label]
		}
		alpha = append(alpha, row)
	}
	return alpha, logSumExp(alpha[len(alpha)-1][max(0, len(extended)-2):]...)
}

func ctcBeta(logY [][]float64, extended []int, blank int) [][]float64 {
	beta := make([][]float64, len(logY))
	for t := len(logY) - 1; t >= 0; t-- {
		beta[t] = minusInfinities(len(extended))
		for s := range extended {
			if t == len(logY)-1 {
				if s >= len(extended)-2 {
					beta[t][s] = 0
				}
				continue
			}
			var terms []float64
			for next := s; next < len(extended) && next <= s+2; next++ {
				if next < s+2 || ctcSkips(extended, blank, next) {
					terms = append(terms, beta[t+1][next]+logY[t+1][extended[next]])
				}
			}
			beta[t][s] = logSumExp(terms...)
		}
	}
	return beta
}

func minusInfinities(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Inf(-1)
	}
	return v
}
