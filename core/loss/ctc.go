package loss

import (
	"math"
	"slices"

	"github.com/unfold-rnn/unfold/core/kernel"
)

// Blank is the class of [CTC] that says nothing.
const Blank = 0

// CTC is connectionist temporal classification: the outputs of T steps against a labelling of L labels, without saying
// which step is which label. A path says one class a step; merging its repeats and dropping its blanks gives its labelling.
//
//	ŷ(t) = softmax o(t)      p = Σ over the paths of the labelling of Π_t ŷ(t)[path(t)]      ℓ = -log p
//
// With l' the labelling with a blank before, between and behind its labels, length 2L+1, all in logarithms:
//
//	α(t,s) = log ŷ(t)[l'(s)] + log Σ exp of α(t-1,s), α(t-1,s-1) and, where l'(s) is neither blank nor l'(s-2), α(t-1,s-2)
//	β(t,s) = what is left to say after t: the same sums from the end, without ŷ(t)
//	log p  = log Σ exp α(T,s) over the last two s
//	do(t)[k] = w (ŷ(t)[k] - Σ over s with l'(s) = k of exp(α(t,s) + β(t,s) - log p))
//
// The logarithms are float64, so no path is too unlikely to count. A labelling that does not fit in T steps has the loss
// +∞ and a gradient of zeros.
//
// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, Connectionist temporal classification, ICML (2006).
type CTC struct {
	read     Distributions
	alpha    []float64 // rows of [2L+1], row 0 before the first step
	beta     []float64 // [2L+1]: β(t,s) + log ŷ(t)[l'(s)]
	occupied []float64 // [O]: Σ exp(α + β - log p) of each class at one step
}

// Gradient implements [Loss]. Outputs are [T·B, n], time-major; weights are one a sequence.
func (c *CTC) Gradient(outputs []float32, targets Targets, weights []float32, n int) (total float64) {
	stride := len(weights) * n
	c.occupied = slices.Grow(c.occupied[:0], n)[:n]
	clear(c.occupied)
	for b, w := range weights {
		own, steps := outputs[b*n:], 0
		if labels := targets.Labels[b]; w != 0 {
			steps = targets.Steps[b]
			c.read.Read(own, stride, steps, n)
			logP := c.forward(&c.read, labels, steps+1)
			c.backward(labels, logP, w)
			total -= float64(w) * logP
		}
		for at := steps * stride; at < len(own); at += stride {
			clear(own[at:][:n])
		}
	}
	return total
}

// Activate implements [Loss].
func (c *CTC) Activate(logits []float32, rows, n int) { kernel.Softmax(logits, n, rows, n) }

// ActivateBack implements [Loss].
func (c *CTC) ActivateBack(do, dy, y []float32, rows, n int) { softmaxBack(do, dy, y, rows, n) }

// LogProbability is log p of a labelling.
func (c *CTC) LogProbability(d *Distributions, labels []int32) float64 {
	return c.forward(d, labels, 2)
}

// forward gives log p. Of α it keeps so many rows, the latest: T+1, or no fewer than 2.
func (c *CTC) forward(d *Distributions, labels []int32, rows int) float64 {
	states := 2*len(labels) + 1
	c.alpha = slices.Grow(c.alpha[:0], rows*states)[:rows*states]
	before := c.alpha[:states]
	nowhere(before)
	before[0] = 0 // as if at the first blank, before the first step
	for t := range d.steps {
		row := c.alpha[(t+1)%rows*states:][:states]
		for s := range row {
			one, two := math.Inf(-1), math.Inf(-1)
			if s > 0 {
				one = before[s-1]
			}
			if skips(labels, s) {
				two = before[s-2]
			}
			row[s] = LogSum(before[s], one, two) + d.Log(t, label(labels, s))
		}
		before = row
	}
	if states == 1 {
		return before[0]
	}
	return LogSum(before[states-1], before[states-2], math.Inf(-1))
}

// backward turns what was read into the gradient, last step first; α is all there.
func (c *CTC) backward(labels []int32, logP float64, w float32) {
	d, states := &c.read, 2*len(labels)+1
	c.beta = slices.Grow(c.beta[:0], states)[:states]
	nowhere(c.beta)
	c.beta[states-1] = 0 // as if at the last blank, behind the last step
	for t := d.steps - 1; t >= 0; t-- {
		row := d.at(t)
		if math.IsInf(logP, -1) {
			clear(row)
			continue
		}
		c.occupy(t, labels, logP)
		kernel.Softmax(row, d.classes, 1, d.classes)
		c.vacate(row, Blank)
		for _, label := range labels {
			c.vacate(row, label)
		}
		kernel.Scale(row, w)
	}
}

// occupy takes β a step back and counts how likely the paths are at each class.
func (c *CTC) occupy(t int, labels []int32, logP float64) {
	states := len(c.beta)
	alpha := c.alpha[(t+1)*states:][:states]
	for s, stay := range c.beta { // in place: β(t,s) reads no β(t+1) before s
		one, two := math.Inf(-1), math.Inf(-1)
		if s+1 < states {
			one = c.beta[s+1]
		}
		if skips(labels, s+2) {
			two = c.beta[s+2]
		}
		beta, class := LogSum(stay, one, two), label(labels, s)
		c.occupied[class] += math.Exp(alpha[s] + beta - logP)
		c.beta[s] = beta + c.read.Log(t, class)
	}
}

// vacate takes what a class was occupied by from its ŷ.
func (c *CTC) vacate(y []float32, class int32) {
	y[class] = float32(float64(y[class]) - c.occupied[class])
	c.occupied[class] = 0
}

// label is l'(s).
func label(labels []int32, s int) int32 {
	if s%2 == 0 {
		return Blank
	}
	return labels[s/2]
}

// skips says whether a path may go from s-2 to s.
func skips(labels []int32, s int) bool {
	return s%2 == 1 && s > 1 && s/2 < len(labels) && labels[s/2] != labels[s/2-1]
}

// Steps is the number of steps that a labelling needs: one a label, and a blank between two of a kind.
func Steps(labels []int32) int {
	steps := len(labels)
	for i := 1; i < len(labels); i++ {
		if labels[i] == labels[i-1] {
			steps++
		}
	}
	return steps
}

func nowhere(row []float64) {
	for s := range row {
		row[s] = math.Inf(-1)
	}
}

// LogSum is log(eˣ + eʸ + eᶻ). -∞ stands for a term that is not there.
func LogSum(x, y, z float64) float64 {
	top := max(x, y, z)
	if math.IsInf(top, -1) {
		return top
	}
	return top + math.Log(relative(x-top)+relative(y-top)+relative(z-top))
}

// relative is exp of a number that is at most 0; what is below half an ulp of 1 is 0.
func relative(x float64) float64 {
	switch {
	case x == 0:
		return 1
	case x < -38:
		return 0
	}
	return math.Exp(x)
}
