package optim

import "math"

// Schedule changes the learning rate as updates go by; k = 0, 1, … counts them from where the schedule began. The zero
// value changes nothing. Formulas and names of the parameters are those of torch.optim.lr_scheduler, an update for an
// epoch.
type Schedule struct {
	Name      string  // "", "step", "exponential", "cosine", "warmup" or "plateau"
	Every     int     // step: StepLR, α γ^⌊k/every⌋
	Gamma     float64 // step, exponential: the factor γ
	Steps     int     // cosine: from the first rate to the floor; warmup: from the start factor to 1
	Floor     float64 // cosine: the lowest rate as a share of the first; plateau: the lowest rate
	Start     float64 // warmup: LinearLR's start factor
	Factor    float64 // plateau: what the rate is multiplied by
	Patience  int     // plateau: evaluations without gain before that
	Threshold float64 // plateau: a loss is better below best · (1 - threshold)
	Cooldown  int     // plateau: evaluations after a cut in which none is counted
}

// ScheduleDefaults gives a schedule's parameters as PyTorch has them, and whether there is such a schedule.
func ScheduleDefaults(name string) (Schedule, bool) {
	switch name {
	case "step":
		return Schedule{Name: name, Every: 1000, Gamma: 0.1}, true
	case "exponential":
		return Schedule{Name: name, Gamma: 0.999}, true
	case "cosine":
		return Schedule{Name: name, Steps: 1000}, true
	case "warmup":
		return Schedule{Name: name, Steps: 100, Start: 1.0 / 3}, true
	case "plateau":
		return Schedule{Name: name, Factor: 0.1, Patience: 10, Threshold: 1e-4}, true
	}
	return Schedule{}, false
}

// Schedules lists the names.
func Schedules() []string { return []string{"step", "exponential", "cosine", "warmup", "plateau"} }

// Rate is the learning rate of update k for a first rate, for the schedules that depend on k alone; a plateau's rate is
// [Plateau]'s.
//
// The cosine is half a period, from 1 down to the floor, and stays there: I. Loshchilov, F. Hutter, SGDR (2017), without
// the restarts.
func (s Schedule) Rate(first float64, k int) float64 {
	switch s.Name {
	case "step":
		return first * math.Pow(s.Gamma, float64(k/s.Every))
	case "exponential":
		return first * math.Pow(s.Gamma, float64(k))
	case "cosine":
		return first * (s.Floor + (1-s.Floor)*(1+math.Cos(math.Pi*float64(min(k, s.Steps))/float64(s.Steps)))/2)
	case "warmup":
		return first * (s.Start + (1-s.Start)*float64(min(k, s.Steps))/float64(s.Steps))
	}
	return first
}

// Plateau is the state of torch's ReduceLROnPlateau, mode min, relative threshold.
type Plateau struct {
	Scale        float64 // the rate as a share of the first; 0 stands for 1
	best         float64
	started      bool
	bad, cooling int
}

// Observe takes the next held-out loss.
func (p *Plateau) Observe(s Schedule, first, loss float64) {
	if p.Scale == 0 {
		p.Scale = 1
	}
	if !p.started || loss < p.best*(1-s.Threshold) {
		p.best, p.started, p.bad = loss, true, 0
	} else {
		p.bad++
	}
	if p.cooling > 0 {
		p.cooling--
		p.bad = 0
	}
	if p.bad > s.Patience {
		rate := first * p.Scale
		if next := math.Max(s.Factor*rate, s.Floor); rate-next > 1e-8 {
			p.Scale = next / first
		}
		p.cooling, p.bad = s.Cooldown, 0
	}
}
