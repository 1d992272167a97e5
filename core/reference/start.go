package reference

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// start is a learned initial state: the s(0) of every sequence that none is given for, and
//
//	ds(0) = Σ over those sequences of ∂L/∂s(0)
//
// The nil start is the usual one, zeros that nothing is learned of.
type start struct {
	values, gradients []State
}

func newStart(zeroStates func() []State) *start { return &start{zeroStates(), zeroStates()} }

// parameters names the vectors rnn.h0_l{k} and for an LSTM rnn.c0_l{k}, of a direction that reads from the end with
// _reverse behind.
func (s *start) parameters(quantity string) (all []Parameter) {
	if s == nil {
		return nil
	}
	for k := range s.values {
		value, gradient := s.values[k], s.gradients[k]
		for suffix := ""; ; suffix = "_reverse" {
			add := func(quantity string, v, d *mat.VecDense) {
				all = append(all, vector{v, d}.parameter(fmt.Sprintf("rnn.%s0_l%d%s", quantity, k, suffix)))
			}
			add(quantity, value.H, gradient.H)
			if value.C != nil {
				add("c", value.C, gradient.C)
			}
			if value.Reverse == nil {
				break
			}
			value, gradient = *value.Reverse, *gradient.Reverse
		}
	}
	return all
}

// of gives the states that an example starts from, and whether they are the learned ones.
func (s *start) of(e Example, zeroStates func() []State) (initial []State, learned bool) {
	switch {
	case e.Initial != nil:
		return e.Initial, false
	case s != nil:
		return s.values, true
	}
	return zeroStates(), false
}

// add takes the gradient of an example that started from the learned states.
func (s *start) add(d []State) {
	for k := range d {
		addState(&s.gradients[k], &d[k])
	}
}

func addState(sum, d *State) {
	if d.H != nil {
		sum.H.AddVec(sum.H, d.H)
	}
	if d.C != nil {
		sum.C.AddVec(sum.C, d.C)
	}
	if d.Reverse != nil {
		addState(sum.Reverse, d.Reverse)
	}
}
