package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/tensor"
)

func arenas(n int) (weights, gradients tensor.Arena) {
	var table tensor.Table
	table.Add("w", n)
	weights, gradients = tensor.NewArena(&table), tensor.NewArena(&table)
	for i := range n {
		weights.Data[i] = float32(math.Sin(float64(i + 1)))
		gradients.Data[i] = float32(math.Cos(float64(3*i + 1)))
	}
	return weights, gradients
}

// formula applies a rule in float64 to one weight with a constant gradient.
func formula(o Options, w, g float64, steps int) float64 {
	var m, v float64
	for t := 1; t <= steps; t++ {
		d := g + o.WeightDecay*w
		switch o.Name {
		case "sgd":
			w -= o.LearningRate * d
		case "momentum", "nesterov":
			if m = o.Momentum*m + d; t == 1 {
				m = d
			}
			if o.Name == "nesterov" {
				w -= o.LearningRate * (d + o.Momentum*m)
			} else {
				w -= o.LearningRate * m
			}
		case "rmsprop":
			v = o.Alpha*v + (1-o.Alpha)*d*d
			w -= o.LearningRate * d / (math.Sqrt(v) + o.Epsilon)
		case "adamw":
			w -= o.LearningRate * o.WeightDecay * w
			m = o.Beta1*m + (1-o.Beta1)*g
			v = o.Beta2*v + (1-o.Beta2)*g*g
			w -= o.LearningRate * (m / (1 - math.Pow(o.Beta1, float64(t)))) /
				(math.Sqrt(v/(1-math.Pow(o.Beta2, float64(t)))) + o.Epsilon)
		case "adam":
			m = o.Beta1*m + (1-o.Beta1)*d
			v = o.Beta2*v + (1-o.Beta2)*d*d
			w -= o.LearningRate * (m / (1 - math.Pow(o.Beta1, float64(t)))) /
				(math.Sqrt(v/(1-math.Pow(o.Beta2, float64(t)))) + o.Epsilon)
		case "adagrad":
			v += d * d
			w -= o.LearningRate * d / (math.Sqrt(v) + o.Epsilon)
		}
	}
	return w
}

func TestRulesFollowTheirFormula(t *testing.T) {
	for _, name := range Names() {
		for _, decay := range []float64{0, 0.1} {
			o, ok := Defaults(name)
			assert.True(t, ok)
			o.LearningRate, o.WeightDecay = 0.05, decay
			weights, gradients := arenas(37)
			start := append([]float32(nil), weights.Data...)
			var p Optimizer
			for range 10 {
				p.Step(weights, gradients, o, 0.5, 0)
			}
			for i := range start {
				want := formula(o, float64(start[i]), 0.5*float64(gradients.Data[i]), 10)
				assert.InDelta(t, want, weights.Data[i], 2e-6, "%s weight decay %g: w[%d]", name, decay, i)
			}
		}
	}
}

func TestAnotherRuleStartsAfresh(t *testing.T) {
	adam, _ := Defaults("adam")
	adagrad, _ := Defaults("adagrad")
	weights, gradients := arenas(5)
	var mixed Optimizer
	mixed.Step(weights, gradients, adagrad, 1, 0)
	mixed.Step(weights, gradients, adam, 1, 0)
	mixed.Step(weights, gradients, adagrad, 1, 0)

	again, _ := arenas(5)
	var pure, pureAdam Optimizer
	pure.Step(again, gradients, adagrad, 1, 0)
	pureAdam.Step(again, gradients, adam, 1, 0)
	pure = Optimizer{}
	pure.Step(again, gradients, adagrad, 1, 0)
	assert.Equal(t, again.Data, weights.Data)
}

func TestSnapshotComesBack(t *testing.T) {
	o, _ := Defaults("adam")
	weights, gradients := arenas(5)
	var p, kept Optimizer
	p.Step(weights, gradients, o, 1, 0)
	at := append([]float32(nil), weights.Data...)
	p.Snapshot(&kept)
	p.Step(weights, gradients, o, 1, 0)
	once := append([]float32(nil), weights.Data...)
	for range 3 {
		p.Step(weights, gradients, o, -2, 0)
	}
	copy(weights.Data, at)
	kept.Snapshot(&p)
	p.Step(weights, gradients, o, 1, 0)
	assert.Equal(t, once, weights.Data)
}

func TestClipScale(t *testing.T) {
	assert.Equal(t, 1.0, ClipScale(3, 0))
	assert.Equal(t, 1.0, ClipScale(3, 5))
	assert.InEpsilon(t, 5.0/10.000001, ClipScale(10, 5), 1e-12)
}

func TestReachOfUpdatesThatCouldNotBeFinite(t *testing.T) {
	finite := func(o Options, norm, weight float64) bool {
		change, velocity := new(Optimizer).Reach(o, norm, weight)
		return change <= 1e37 && velocity <= 1e37
	}
	for _, name := range Names() {
		o, _ := Defaults(name)
		assert.True(t, finite(o, 1, 1))
		assert.False(t, finite(o, math.NaN(), 1), name)
		assert.False(t, finite(o, math.Inf(1), 1), name)
		o.ClipNorm = 5
		assert.True(t, finite(o, 1e19, 1), "%s: clipped", name)
		decayed := o
		decayed.WeightDecay = 1e36
		assert.False(t, finite(decayed, 1, 1e36), "%s: decay", name)
		o.LearningRate = 1e38
		assert.False(t, finite(o, 1, 1), name)
		o.LearningRate = 1e38
		assert.False(t, finite(o, 1e-30, 1), "%s: the rate itself is out of range", name)
	}
}

// No step moves a weight further than was foretold, whatever came before; ten steps of gradients of very unlike sizes.
func TestReachBoundsEveryStep(t *testing.T) {
	for _, name := range Names() {
		o, _ := Defaults(name)
		o.LearningRate, o.WeightDecay = 0.1, 0.01
		if name == "rmsprop" {
			o.Momentum = 0.9
		}
		weights, gradients := arenas(5)
		var p Optimizer
		for step := range 10 {
			for i := range gradients.Data {
				gradients.Data[i] = float32(math.Pow(10, float64((7*step)%11-5)) * math.Sin(float64(1+i+step)))
			}
			before := append([]float32(nil), weights.Data...)
			change, velocity := p.Reach(o, GradientNorm(gradients), Largest(weights.Data))
			p.Step(weights, gradients, o, 1, velocity)
			for i, w := range weights.Data {
				moved := math.Abs(float64(w) - float64(before[i]))
				rounding := 0x1p-23 * math.Max(math.Abs(float64(w)), math.Abs(float64(before[i])))
				assert.LessOrEqual(t, moved, change*(1+1e-5)+rounding, "%s at step %d", name, step)
			}
			foretold := p.velocity
			p.Restored()
			assert.LessOrEqual(t, p.velocity, foretold*(1+1e-5), "%s: what the momentum remembers", name)
		}
	}
}
