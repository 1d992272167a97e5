package reference

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// differenceTolerance bounds |analytic - numeric| relative to the larger of the two; the step of the central
// difference is chosen so that its own error (h² truncation, ε/h rounding) stays well below it.
const (
	differenceTolerance = 1e-6
	differenceStep      = 1e-5
)

type gradientCase struct {
	name    string
	network *Network
	x       Sequence
	targets []int
	weights []float64
	initial []State
}

func gradientCases() []gradientCase {
	const vocabulary, classes, hidden, steps = 5, 4, 3, 6
	layer := map[string]func(in int) Layer{
		"elman": func(in int) Layer { return NewElman(in, hidden) },
		"lstm":  func(in int) Layer { return NewLSTM(in, hidden) },
	}
	var cases []gradientCase
	for _, stack := range [][]string{{"elman"}, {"lstm"}, {"elman", "elman"}, {"lstm", "lstm"}, {"lstm", "elman"}} {
		var layers []Layer
		in := vocabulary
		for _, name := range stack {
			layers = append(layers, layer[name](in))
			in = hidden
		}
		n := NewNetwork(classes, layers...)
		c := gradientCase{name: fmt.Sprint(stack), network: n, initial: n.ZeroStates()}
		for k, p := range n.Parameters() {
			fillByFormula(p.Value, k)
		}
		for k, s := range c.initial {
			fillByFormula(s.H.RawVector().Data, 20+k)
			if s.C != nil {
				fillByFormula(s.C.RawVector().Data, 30+k)
			}
		}
		c.x = OneHot([]int{0, 3, 1, 4, 2, 3}, vocabulary)
		for t := range steps {
			c.targets = append(c.targets, (3*t+1)%classes)
			c.weights = append(c.weights, 1/float64(steps+t)) // unlike weights, so that a lost weight shows
		}
		cases = append(cases, c)
	}
	return cases
}

// fillByFormula gives order-revealing values: no two alike, neither constant nor symmetric in the gates.
func fillByFormula(values []float64, k int) {
	for i := range values {
		values[i] = 0.5*math.Sin(float64(1+3*i+7*k)) + 0.3*math.Cos(float64(2*i*i+k))
	}
}

// variables is everything that the loss depends on: parameters and initial states, with their gradients.
func (c gradientCase) variables(dinitial []State) []Parameter {
	all := c.network.Parameters()
	for k, s := range c.initial {
		all = append(all, Parameter{fmt.Sprintf("h_l%d", k), s.H.RawVector().Data, dinitial[k].H.RawVector().Data})
		if s.C != nil {
			all = append(all, Parameter{fmt.Sprintf("c_l%d", k), s.C.RawVector().Data, dinitial[k].C.RawVector().Data})
		}
	}
	return all
}

func (c gradientCase) loss() float64 { return c.network.Loss(c.x, c.initial, c.targets, c.weights) }

// worstError compares a gradient with central differences of the loss, element by element.
func (c gradientCase) worstError(p Parameter) (worst float64) {
	for i := range p.Value {
		keep := p.Value[i]
		p.Value[i] = keep + differenceStep
		up := c.loss()
		p.Value[i] = keep - differenceStep
		down := c.loss()
		p.Value[i] = keep
		numeric := (up - down) / (2 * differenceStep)
		scale := math.Max(math.Abs(numeric), math.Abs(p.Gradient[i]))
		// Below 1e-4 rounding of the difference itself is what is left to see: ε·L/h ≈ 1e-11.
		err := math.Abs(numeric-p.Gradient[i]) / math.Max(scale, 1e-4)
		if !(err <= worst) {
			worst = err
		}
	}
	return worst
}

func TestGradientsAgainstCentralDifferences(t *testing.T) {
	for _, c := range gradientCases() {
		t.Run(c.name, func(t *testing.T) {
			loss, dinitial := c.network.Gradients(c.x, c.initial, c.targets, c.weights)
			assert.InDelta(t, c.loss(), loss, 1e-14)
			for _, p := range c.variables(dinitial) {
				if worst := c.worstError(p); !(worst <= differenceTolerance) {
					t.Errorf("%s: relative error %.3g", p.Name, worst)
				}
			}
		})
	}
}

// The check above must be able to fail: a gradient of zeros is told from the true one, for every variable.
func TestGradientCheckNoticesAZeroedGradient(t *testing.T) {
	for _, c := range gradientCases() {
		_, dinitial := c.network.Gradients(c.x, c.initial, c.targets, c.weights)
		for _, p := range c.variables(dinitial) {
			clear(p.Gradient)
			worst := c.worstError(p)
			require.False(t, worst <= differenceTolerance, "%s %s: zeroed, yet error %.3g", c.name, p.Name, worst)
		}
	}
}

func TestGradientsAddUpOverSequences(t *testing.T) {
	c := gradientCases()[1]
	first, _ := c.network.Gradients(c.x, c.initial, c.targets, c.weights)
	once := append([]float64(nil), c.network.Parameters()[0].Gradient...)
	second, _ := c.network.Gradients(c.x, c.initial, c.targets, c.weights)
	assert.Equal(t, first, second)
	for i, g := range c.network.Parameters()[0].Gradient {
		assert.InDelta(t, 2*once[i], g, 1e-15)
	}
	c.network.ZeroGradients()
	assert.Zero(t, GradientNorm(c.network.Parameters()))
}

func TestStepsFromACarriedStateEqualOneRun(t *testing.T) {
	for _, c := range gradientCases() {
		whole, last := c.network.Forward(c.x, c.initial)
		states := c.initial
		for i, x := range c.x {
			var y Sequence
			y, states = c.network.Forward(Sequence{x}, states)
			assert.InDeltaSlice(t, whole[i].RawVector().Data, y[0].RawVector().Data, 1e-15, "%s step %d", c.name, i)
		}
		for k := range last {
			assert.InDeltaSlice(t, last[k].H.RawVector().Data, states[k].H.RawVector().Data, 1e-15)
		}
	}
}
