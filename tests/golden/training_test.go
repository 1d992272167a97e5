package golden

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/reference"
)

// torchOptions is what torch.optim and torch.optim.lr_scheduler call their options.
type torchOptions struct {
	LR                  float64 `json:"lr"`
	WeightDecay         float64 `json:"weight_decay"`
	Momentum, Dampening float64
	Nesterov            bool
	Alpha, Eps          float64
	Betas               [2]float64
	StepSize            int `json:"step_size"`
	Gamma               float64
	TMax                int     `json:"T_max"`
	EtaMin              float64 `json:"eta_min"`
	StartFactor         float64 `json:"start_factor"`
	TotalIters          int     `json:"total_iters"`
	Factor              float64
	Patience, Cooldown  *int
	Threshold           float64
	MinLR               float64 `json:"min_lr"`
}

type trainingCase struct {
	modelCase
	Optimizer string
	Options   torchOptions
	ClipNorm  float64
	Clip      string
	Limit     float64
	Expected  struct {
		Losses, GradNorms  []float64
		Norm               float64
		Weights, Gradients map[string]tensor
	}
}

// rule gives the optimiser with its own defaults, changed by what the case says: so the defaults are judged too.
func (c trainingCase) rule() reference.Rule {
	o := c.Options
	set := func(at *float64, given float64) {
		if given != 0 {
			*at = given
		}
	}
	switch c.Optimizer {
	case "SGD":
		s := reference.NewSGD()
		set(&s.LearningRate, o.LR)
		s.Momentum, s.Dampening, s.WeightDecay, s.Nesterov = o.Momentum, o.Dampening, o.WeightDecay, o.Nesterov
		return s
	case "RMSprop":
		r := reference.NewRMSProp()
		set(&r.LearningRate, o.LR)
		set(&r.Alpha, o.Alpha)
		set(&r.Epsilon, o.Eps)
		r.Momentum, r.WeightDecay = o.Momentum, o.WeightDecay
		return r
	case "Adagrad":
		a := reference.NewAdagrad()
		set(&a.LearningRate, o.LR)
		set(&a.Epsilon, o.Eps)
		a.WeightDecay = o.WeightDecay
		return a
	case "Adam", "AdamW":
		a := reference.NewAdam()
		if c.Optimizer == "AdamW" {
			a = reference.NewAdamW()
		}
		set(&a.LearningRate, o.LR)
		set(&a.Beta1, o.Betas[0])
		set(&a.Beta2, o.Betas[1])
		set(&a.Epsilon, o.Eps)
		set(&a.WeightDecay, o.WeightDecay)
		return a
	}
	panic("no float64 twin of optimiser " + c.Optimizer)
}

// gradients clears the gradients and computes the batch's, from zero states.
func (c trainingCase) gradients(m model) (loss float64) {
	reference.ZeroGradients(m.Parameters())
	for b := range c.Batch.Shape[0] {
		l, _ := m.ExampleGradients(c.example(m, b))
		loss += l
	}
	return loss
}

func TestTenTrainingStepsAgreeWithPyTorch(t *testing.T) {
	for _, c := range read[trainingCase](t, "optimizers.json") {
		t.Run(c.Name, func(t *testing.T) {
			m := c.Config.model()
			fill(t, c.Parameters, m.Parameters())
			rule := c.rule()
			require.Len(t, c.Expected.Losses, 10)
			for step, want := range c.Expected.Losses {
				assert.InEpsilon(t, want, c.gradients(m), tolerance, "loss at step %d", step)
				norm := reference.GradientNorm(m.Parameters())
				assert.InEpsilon(t, c.Expected.GradNorms[step], norm, tolerance, "gradient norm at step %d", step)
				rule.Step(m.Parameters(), reference.ClipScale(norm, c.ClipNorm))
			}
			require.Len(t, c.Expected.Weights, len(m.Parameters()))
			for _, p := range m.Parameters() {
				agree(t, p.Name, c.Expected.Weights[p.Name].Data, p.Value)
			}
		})
	}
}

func TestClippingAgreesWithPyTorch(t *testing.T) {
	for _, c := range read[trainingCase](t, "clipping.json") {
		t.Run(c.Name, func(t *testing.T) {
			m := c.Config.model()
			fill(t, c.Parameters, m.Parameters())
			c.gradients(m)
			if c.Clip == "value" {
				reference.ClipValues(m.Parameters(), c.Limit)
			} else {
				norm := reference.GradientNorm(m.Parameters())
				assert.InEpsilon(t, c.Expected.Norm, norm, tolerance)
				for _, p := range m.Parameters() {
					for i := range p.Gradient {
						p.Gradient[i] *= reference.ClipScale(norm, c.Limit)
					}
				}
			}
			agreeGradients(t, c.Expected.Gradients, m.Parameters())
		})
	}
}

type scheduleCase struct {
	Name         string
	Options      torchOptions
	LearningRate float64
	Metrics      []float64
	Expected     struct{ Rates []float64 }
}

// orDefault is PyTorch's default where an option is not given.
func orDefault[Number int | float64](given, standard Number) Number {
	if given == 0 {
		return standard
	}
	return given
}

func (c scheduleCase) rates(steps int) (rates []float64) {
	o := c.Options
	if c.Name == "ReduceLROnPlateau" {
		p := reference.NewPlateau(c.LearningRate)
		p.Multiplier, p.Threshold, p.Floor = orDefault(o.Factor, p.Multiplier), orDefault(o.Threshold, p.Threshold), o.MinLR
		if o.Patience != nil {
			p.Patience = *o.Patience
		}
		if o.Cooldown != nil {
			p.Cooldown = *o.Cooldown
		}
		for _, metric := range c.Metrics {
			rates = append(rates, p.LearningRate)
			p.Observe(metric)
		}
		return rates
	}
	schedule := map[string]reference.Schedule{
		"StepLR":            reference.StepSchedule{Every: orDefault(o.StepSize, 1), Gamma: orDefault(o.Gamma, 0.1)},
		"ExponentialLR":     reference.ExponentialSchedule{Gamma: o.Gamma},
		"CosineAnnealingLR": reference.CosineSchedule{Steps: o.TMax, Floor: o.EtaMin / c.LearningRate},
		"LinearLR":          reference.WarmUpSchedule{Steps: orDefault(o.TotalIters, 5), Start: orDefault(o.StartFactor, 1./3)},
	}[c.Name]
	for k := range steps {
		rates = append(rates, c.LearningRate*schedule.Factor(k))
	}
	return rates
}

func TestSchedulesAgreeWithPyTorch(t *testing.T) {
	for _, c := range read[scheduleCase](t, "schedules.json") {
		require.Len(t, c.Expected.Rates, 20)
		agree(t, c.Name, c.Expected.Rates, c.rates(20))
	}
}
