package core

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/reference"
	"github.com/unfold-rnn/unfold/core/twin"
)

const dropped = 0.4

// droppedCases drop outputs of each of two layers, in one direction and in both, at every step and of the one answer.
func droppedCases() map[string]Config {
	cases := map[string]Config{}
	for _, c := range []Cell{Elman, LSTM, GRU} {
		for _, both := range []bool{false, true} {
			for _, readout := range []Readout{Every, Last} {
				cases[fmt.Sprint(c, both, readout)] = Config{
					Input: featuresIn(3), Output: Output{Values: 3}, Readout: readout, Seed: 6,
					Layers: []Layer{{Cell: c, Hidden: 5, Bidirectional: both, Dropout: dropped}, {Cell: c, Hidden: 4, Bidirectional: both, Merge: mergeOf(both), Dropout: dropped}},
				}
			}
		}
	}
	return cases
}

func mergeOf(both bool) cell.Merge {
	if both {
		return cell.Sum
	}
	return ""
}

// TestDropoutAgreesWithTheEquations trains nothing: loss and gradients of a run that drops, under masks that are drawn here once more.
func TestDropoutAgreesWithTheEquations(t *testing.T) {
	for name, c := range droppedCases() {
		t.Run(name, func(t *testing.T) {
			f := newFamily(t, familyCase{config: c})
			m := f.model
			m.network.redraw()
			m.load(f.batch)
			loss := m.lossAndGradients(true)

			f.twin.ZeroGradients()
			var want, undropped float64
			for i := range f.batch.Lengths {
				e := f.example(i)
				e.Masks = f.masks(i)
				l, _ := f.twin.ExampleGradients(e)
				want += l
				e.Masks = nil
				undropped += f.twin.ExampleLoss(e)
			}
			assert.InEpsilon(t, want, loss, outputTolerance)
			assert.Greater(t, math.Abs(want-undropped), 1e-3*want, "the masks change nothing")
			for k, p := range f.twin.Parameters() {
				agree(t, p.Name, p.Gradient, m.gradients.Named(m.Weights()[k].Name), 1e-4)
			}
		})
	}
}

// masks are those of the model's latest run for sequence i of the batch, one a layer: draws of the run's key, of a step's rows in the run's order.
func (f family) masks(i int) (list []reference.Sequence) {
	m := f.model
	row := 0
	for m.run.place(row) != i {
		row++
	}
	draws := newMasks(m.dropping)
	draws.key = m.network.(*recurrent).masks.key
	for k, l := range m.config.Layers {
		draws.layer = k
		width := l.withDefaults().width()
		steps := int(f.batch.Lengths[i])
		if m.config.Readout == Last && k == len(m.config.Layers)-1 {
			steps = 1
		}
		mask := reference.Sequence{}
		for t := range steps {
			step := draws.Step(t)
			for range row * width {
				step.Float64()
			}
			v := make([]float32, width)
			for j := range v {
				if step.Float64() >= dropped {
					v[j] = 1 / (1 - dropped)
				}
			}
			mask = append(mask, twin.Vector(v))
		}
		list = append(list, mask)
	}
	return list
}
