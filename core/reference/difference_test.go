// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// differenceTolerance bounds |analytic - numeric| relative to the larger of the two; the step of the central
// difference is chosen so that its own error (h² truncation, ε/h rounding) stays well below it.
const (
	differenceTolerance = 1e-6
	differenceStep      = 1e-5
)

// differentiable is a loss with everything that it depends on.
type differentiable struct {
	loss func() float64
	// differentiate computes the loss and returns every variable with its gradient.
	differentiate func() (loss float64, variables []Parameter)
}

// check holds every gradient against central differences of the loss, and makes sure that the same comparison would
// have noticed a gradient of zeros.
func (d differentiable) check(t *testing.T) {
	t.Helper()
	loss, variables := d.differentiate()
	assert.InDelta(t, d.loss(), loss, 1e-14)
	zeroed := map[string]float64{} // the error that zeros would show, by name
	for _, p := range variables {
		numeric := d.centralDifferences(p)
		if worst := worstError(numeric, p.Gradient); !(worst <= differenceTolerance) {
			t.Errorf("%s: relative error %.3g", p.Name, worst)
		}
		zeroed[p.Name] = max(zeroed[p.Name], worstError(numeric, make([]float64, len(numeric))))
	}
	for name, worst := range zeroed {
		if worst <= differenceTolerance {
			t.Errorf("%s: a gradient of zeros would pass with relative error %.3g", name, worst)
		}
	}
}

// centralDifferences takes two points an element, and four, whose truncation error is h⁴, where two do not agree with
// the gradient: normalisation of a vector with a small variance bends the loss sharply.
func (d differentiable) centralDifferences(p Parameter) []float64 {
	numeric := make([]float64, len(p.Value))
	for i, keep := range p.Value {
		slope := func(step float64) float64 {
			p.Value[i] = keep + step
			up := d.loss()
			p.Value[i] = keep - step
			down := d.loss()
			p.Value[i] = keep
			return (up - down) / (2 * step)
		}
		numeric[i] = slope(differenceStep)
		if err := worstError(numeric[i:i+1], p.Gradient[i:i+1]); !(err <= differenceTolerance) {
			numeric[i] = (4*slope(10*differenceStep) - slope(20*differenceStep)) / 3
		}
	}
	return numeric
}

func worstError(numeric, analytic []float64) (worst float64) {
	for i, want := range numeric {
		scale := math.Max(math.Abs(want), math.Abs(analytic[i]))
		// Below 1e-4 rounding of the difference itself is what is left to see: ε·L/h ≈ 1e-11.
		err := math.Abs(want-analytic[i]) / math.Max(scale, 1e-4)
		if !(err <= worst) {
			worst = err
		}
	}
	return worst
}

// fillByFormula gives order-revealing values: no two alike, neither constant nor symmetric in the gates.
func fillByFormula(values []float64, k int) {
	for i := range values {
		values[i] = 0.5*math.Sin(float64(1+3*i+7*k)) + 0.3*math.Cos(float64(2*i*i+k))
	}
}

func fillParameters(parameters []Parameter) {
	for k, p := range parameters {
		fillByFormula(p.Value, k)
	}
}

// keepAlive lifts the pre-activations of ReLU units, so that most of them pass their gradient.
func keepAlive(parameters []Parameter) {
	for _, p := range parameters {
		if strings.Contains(p.Name, "bias_ih_l") && !strings.Contains(p.Name, "ln_") {
			for i := range p.Value {
				p.Value[i] += 1.2
			}
		}
	}
}

// vectors is a sequence of given vectors by the formula.
func vectors(steps, length, k int) Sequence {
	x := make(Sequence, steps)
	for t := range x {
		x[t] = zeros(length)
		fillByFormula(x[t].RawVector().Data, k+t)
	}
	return x
}

// stateVariables lists the vectors of states with their gradients.
func stateVariables(states, gradients []State) (all []Parameter) {
	for k := range states {
		s, d := states[k], gradients[k]
		for suffix := ""; ; suffix = "_reverse" {
			all = append(all, Parameter{fmt.Sprintf("h_l%d%s", k, suffix), s.H.RawVector().Data, d.H.RawVector().Data})
			if s.C != nil {
				all = append(all, Parameter{fmt.Sprintf("c_l%d%s", k, suffix), s.C.RawVector().Data, d.C.RawVector().Data})
			}
			if s.Reverse == nil {
				break
			}
			s, d = *s.Reverse, *d.Reverse
		}
	}
	return all
}

// sequenceVariables lists the steps of a sequence under one name.
func sequenceVariables(name string, x, dx Sequence) (all []Parameter) {
	for t := range dx {
		all = append(all, Parameter{name, x[t].RawVector().Data, dx[t].RawVector().Data})
	}
	return all
}
