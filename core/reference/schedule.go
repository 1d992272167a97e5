package reference

import "math"

// Schedule is the learning rate of step k = 0, 1, … as a factor of the first one, for the schedules that depend on k
// alone. What a step is, an update or an epoch, is the caller's choice.
type Schedule interface{ Factor(k int) float64 }

// StepSchedule multiplies by γ every so many steps, γ^⌊k / every⌋ (torch StepLR, γ = 0.1 by default).
type StepSchedule struct {
	Every int
	Gamma float64
}

// Factor implements [Schedule].
func (s StepSchedule) Factor(k int) float64 { return math.Pow(s.Gamma, float64(k/s.Every)) }

// ExponentialSchedule multiplies by γ every step, γᵏ (torch ExponentialLR).
type ExponentialSchedule struct{ Gamma float64 }

// Factor implements [Schedule].
func (s ExponentialSchedule) Factor(k int) float64 { return math.Pow(s.Gamma, float64(k)) }

// CosineSchedule falls along half a cosine from 1 to the floor in N steps, and rises again after them (torch
// CosineAnnealingLR, whose eta_min is floor times the first learning rate):
//
//	floor + (1 - floor) (1 + cos(π k / N)) / 2
//
// I. Loshchilov, F. Hutter, SGDR (2017), without the restarts.
type CosineSchedule struct {
	Steps int
	Floor float64
}

// Factor implements [Schedule].
func (s CosineSchedule) Factor(k int) float64 {
	return s.Floor + (1-s.Floor)*(1+math.Cos(math.Pi*float64(k)/float64(s.Steps)))/2
}

// WarmUpSchedule rises linearly from a start factor to 1 in N steps and stays there (torch LinearLR, start 1/3 and
// N = 5 by default).
type WarmUpSchedule struct {
	Steps int
	Start float64
}

// Factor implements [Schedule].
func (s WarmUpSchedule) Factor(k int) float64 {
	return s.Start + (1-s.Start)*float64(min(k, s.Steps))/float64(s.Steps)
}

// Plateau multiplies the learning rate when a quantity that should fall has not fallen for a while (torch
// ReduceLROnPlateau, mode min, relative threshold). A value is better when it is below best · (1 - threshold); after
// more than patience values that are not, the rate becomes max(factor · rate, floor), unless that changes it by no more
// than 1e-8, and for cooldown values none is counted.
//
// PyTorch's defaults: factor 0.1, patience 10, threshold 1e-4, cooldown 0, floor 0.
type Plateau struct {
	LearningRate, Multiplier, Threshold, Floor float64
	Patience, Cooldown                         int
	best                                       float64
	started                                    bool
	bad, cooling                               int
}

// NewPlateau has PyTorch's defaults.
func NewPlateau(learningRate float64) *Plateau {
	return &Plateau{LearningRate: learningRate, Multiplier: 0.1, Patience: 10, Threshold: 1e-4}
}

// Observe takes the next value and returns the learning rate that follows.
func (p *Plateau) Observe(value float64) float64 {
	if !p.started || value < p.best*(1-p.Threshold) {
		p.best, p.started, p.bad = value, true, 0
	} else {
		p.bad++
	}
	if p.cooling > 0 {
		p.cooling--
		p.bad = 0
	}
	if p.bad > p.Patience {
		if next := math.Max(p.Multiplier*p.LearningRate, p.Floor); p.LearningRate-next > 1e-8 {
			p.LearningRate = next
		}
		p.cooling, p.bad = p.Cooldown, 0
	}
	return p.LearningRate
}
