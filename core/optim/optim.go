// Package optim updates weights from gradients: one rule a file, PyTorch's formulas and defaults.
//
// A rule is a loop over the model's arena; what it remembers from step to step are arenas over the same table.
package optim

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Options sets a rule. [Defaults] gives PyTorch's values; a rule reads only the fields that its file names.
type Options struct {
	Name         string  // one of [Names]
	LearningRate float64 // α > 0
	Beta1, Beta2 float64 // decay of Adam's moments, in [0, 1)
	Alpha        float64 // decay of RMSProp's mean square, in [0, 1)
	Momentum     float64 // μ in [0, 1)
	Epsilon      float64 // ε > 0, added to the root in the divisor
	WeightDecay  float64 // λ ≥ 0: λ w is added to the gradient; AdamW takes α λ w from the weights instead
	ClipNorm     float64 // the gradient's global L2 norm is brought down to this; 0 means no clipping
	ClipValue    float64 // every value of the gradient is brought into ±this, before the norm; 0 means no clipping
	Schedule     Schedule
}

// rule is what one optimiser adds to this package.
type rule struct {
	defaults Options
	fields   []string // options beside those that every rule has
	moments  []string // PyTorch's names of what is kept from step to step
	apply    func(w, g []float32, moments []tensor.Arena, step int, scale float64, o Options)
	// largest bounds the change of one weight in one step, for gradients of up to that size with weight decay in them, and
	// what the momentum buffer, of up to the size of velocity before, holds behind it.
	largest func(o Options, gradient, velocity float64) (change, next float64)
}

var rules = map[string]rule{
	"sgd": sgd, "momentum": momentum, "nesterov": nesterov, "rmsprop": rmsprop, "adagrad": adagrad, "adam": adam, "adamw": adamw,
}

// Defaults gives the rule's options as PyTorch has them, and whether there is such a rule.
func Defaults(name string) (Options, bool) {
	r, ok := rules[name]
	return r.defaults, ok
}

// Names lists the rules.
func Names() []string {
	return []string{"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"}
}

// Fields lists the options that a rule reads beside name, learningRate, schedule, clipNorm and clipValue, by the names
// that JavaScript has for them.
func Fields(name string) []string { return rules[name].fields }

// Moments is the number of arenas that a rule remembers.
func Moments(name string) int { return len(rules[name].moments) }

// Optimizer is a rule with its memory: it belongs to one model and lives across training runs. The zero value
// is ready; the first step, or a step under another rule, starts afresh.
type Optimizer struct {
	rule     string
	steps    int
	moments  []tensor.Arena
	velocity float64 // bounds the momentum buffer
}

// Step updates the weights from gradients times scale. Velocity is what [Optimizer.Reach] gave with the reach of the step.
func (p *Optimizer) Step(weights, gradients tensor.Arena, o Options, scale, velocity float64) {
	r := rules[o.Name]
	if p.rule != o.Name {
		p.Prepare(o.Name, 0, weights.Table)
	}
	p.steps++
	p.velocity = velocity
	r.apply(weights.Data, gradients.Data, p.moments, p.steps, scale, o)
}

// State gives the rule, the steps taken under it and its moments by PyTorch's names; the rule is "" before the first step.
func (p *Optimizer) State() (rule string, steps int, moments map[string]tensor.Arena) {
	return p.rule, p.steps, p.named()
}

// Rule is the rule whose memory is held; "" before the first step.
func (p *Optimizer) Rule() string { return p.rule }

// Prepare makes the memory of a rule that has taken so many steps, and gives its moments to be filled.
func (p *Optimizer) Prepare(rule string, steps int, table *tensor.Table) map[string]tensor.Arena {
	*p = Optimizer{rule: rule, steps: steps}
	for range rules[rule].moments {
		p.moments = append(p.moments, tensor.NewArena(table))
	}
	return p.named()
}

func (p *Optimizer) named() map[string]tensor.Arena {
	moments := map[string]tensor.Arena{}
	for k, name := range rules[p.rule].moments {
		moments[name] = p.moments[k]
	}
	return moments
}

// Snapshot copies the memory into a value that Restore takes back; to is reused when it fits.
func (p *Optimizer) Snapshot(to *Optimizer) {
	if to.rule != p.rule || len(to.moments) != len(p.moments) {
		to.moments = nil
		for _, m := range p.moments {
			to.moments = append(to.moments, tensor.NewArena(m.Table))
		}
	}
	to.rule, to.steps, to.velocity = p.rule, p.steps, p.velocity
	for k, m := range p.moments {
		copy(to.moments[k].Data, m.Data)
	}
}

// GradientNorm is the L2 norm of the whole gradient.
func GradientNorm(gradients tensor.Arena) float64 {
	return math.Sqrt(kernel.SumSquares(gradients.Data))
}

// ClipScale is the factor that brings a gradient of that norm down to clip, as clip_grad_norm_ of PyTorch has
// it: min(1, clip/(norm + 1e-6)); clip 0 means no clipping.
func ClipScale(norm, clip float64) float64 {
	if clip == 0 {
		return 1
	}
	return math.Min(1, clip/(norm+1e-6))
}
