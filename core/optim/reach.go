package optim

import "math"

// squareable is 1 for a gradient whose square fits a float32, and +Inf for a larger one or NaN: the moments of a rule
// that squares gradients would become infinite and never come back.
func squareable(gradient float64) float64 {
	if gradient <= 1e18 {
		return 1
	}
	return math.Inf(1)
}

// largestFactor is how large an option may be that the kernels multiply by in float32.
const largestFactor = 1e37

// Reach bounds how far the next step may move one weight, for a gradient of that norm before ClipNorm and weights of up
// to that size, and what the momentum will then remember; +Inf or NaN where the step could not be computed in float32.
// What the rule remembers already is in the bound, so a weight that is below the largest float32 by more than the reach
// stays finite.
func (p *Optimizer) Reach(o Options, norm, weight float64) (change, velocity float64) {
	if !(o.LearningRate <= largestFactor && o.WeightDecay <= largestFactor) {
		return math.Inf(1), 0
	}
	gradient := norm * ClipScale(norm, o.ClipNorm)
	decayed := 0.0
	if o.Name == "adamw" {
		decayed = o.LearningRate * o.WeightDecay * weight
	} else {
		gradient += o.WeightDecay * weight
	}
	if p.rule == o.Name {
		velocity = p.velocity
	}
	change, velocity = rules[o.Name].largest(o, gradient, velocity)
	return change + decayed, velocity
}

// Restored is to be called when the memory that [Optimizer.Prepare] made has been filled.
func (p *Optimizer) Restored() {
	for k, name := range rules[p.rule].moments {
		if name == "momentum_buffer" {
			p.velocity = Largest(p.moments[k].Data)
		}
	}
}

// Largest is the largest absolute value.
func Largest(values []float32) (largest float64) {
	for _, v := range values {
		largest = max(largest, math.Abs(float64(v)))
	}
	return largest
}
