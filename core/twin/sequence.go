package twin

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/reference"
)

// Sequence is one sequence of a batch with its padding, as the engine takes it, row-major.
type Sequence struct {
	Steps        int       // valid ones; the arrays may go on past them
	Tokens       []int32   // [T]
	Features     []float32 // [T, I]
	Targets      []int32   // [T], or one behind the last step
	TargetValues []float32 // [T, O], or [O]
	Mask         []float32 // [T]; nil: 1
	Forced       bool      // recurrence "output": each step is given the target before it
	// State gives the initial state of a name, "h_l0", "c_l0_reverse" or "y_l0"; nil: the config's own.
	State func(name string) []float32
}

// Example is the sequence as core/reference reads it, each target weighing what the mask says. A batch's loss is a mean: its weights
// are these, divided by their sum over the batch.
func (c Config) Example(s Sequence) reference.Example {
	var e reference.Example
	ids := make([]int, s.Steps)
	for t := range s.Steps {
		if c.Features > 0 {
			e.Inputs = append(e.Inputs, Vector(s.Features[t*c.Features:][:c.Features]))
		} else {
			ids[t] = int(s.Tokens[t])
		}
	}
	switch {
	case c.Embedding > 0:
		e.Tokens = ids
	case c.Tokens > 0:
		e.Inputs = reference.OneHot(ids, c.Tokens)
	}
	for t := range c.answers(s.Steps) {
		e.Targets = append(e.Targets, c.target(s, t))
		e.Weights = append(e.Weights, c.weight(s, t))
		e.Forced = append(e.Forced, s.Forced)
	}
	if s.State != nil {
		e.Initial = c.initial(s.State)
	}
	return e
}

// answers is the number of outputs.
func (c Config) answers(steps int) int {
	if c.ReadLast {
		return 1
	}
	return steps
}

func (c Config) target(s Sequence, t int) *mat.VecDense {
	if s.Steps == 0 { // it counts nothing, and may be anything
		return mat.NewVecDense(c.Outputs, nil)
	}
	if c.Output == "classes" {
		return reference.OneHot([]int{int(s.Targets[t])}, c.Outputs)[0]
	}
	return Vector(s.TargetValues[t*c.Outputs:][:c.Outputs])
}

// weight is what answer t counts. A sequence without steps answers nothing, also where it would answer once.
func (c Config) weight(s Sequence, t int) float64 {
	switch {
	case s.Steps == 0:
		return 0
	case s.Mask == nil:
		return 1
	case c.ReadLast:
		t = s.Steps - 1
	}
	return float64(s.Mask[t])
}

func (c Config) initial(named func(string) []float32) (states []reference.State) {
	if c.fromOutput() {
		return []reference.State{{H: Vector(named("y_l0"))}}
	}
	for k, l := range c.Layers {
		direction := func(suffix string) reference.State {
			s := reference.State{H: Vector(named(fmt.Sprintf("h_l%d%s", k, suffix)))}
			if l.Cell == "lstm" {
				s.C = Vector(named(fmt.Sprintf("c_l%d%s", k, suffix)))
			}
			return s
		}
		s := direction("")
		if l.Bidirectional {
			reverse := direction("_reverse")
			s.Reverse = &reverse
		}
		states = append(states, s)
	}
	return states
}

// Vector is a column of the same values.
func Vector(values []float32) *mat.VecDense {
	v := mat.NewVecDense(len(values), nil)
	for i, x := range values {
		v.SetVec(i, float64(x))
	}
	return v
}
