package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
)

// arrangement is how B sequences of up to T steps lie in the workspace: time-major, from the longest to the shortest.
type arrangement struct {
	extent  cell.Extent
	order   []int // which sequence of the batch stands at each place; nil: as they came
	lengths []int // by place
	active  []int // by step
}

// sort orders sequences by falling length, those of one length as they came; without lengths all have all steps.
func (a *arrangement) sort(batch, steps int, lengths []int32) cell.Extent {
	a.extent = cell.Extent{Batch: batch, Steps: steps}
	if lengths == nil {
		a.order = nil
		return a.extent
	}
	a.order = a.order[:0]
	for i := range batch {
		a.order = append(a.order, i)
	}
	slices.SortStableFunc(a.order, func(i, j int) int { return int(lengths[j]) - int(lengths[i]) })
	a.lengths, a.active = a.lengths[:0], a.active[:0]
	for _, i := range a.order {
		a.lengths = append(a.lengths, int(lengths[i]))
	}
	count := batch
	for t := range steps {
		for count > 0 && a.lengths[count-1] <= t {
			count--
		}
		a.active = append(a.active, count)
	}
	a.extent.Lengths, a.extent.Active = a.lengths, a.active
	return a.extent
}

// place gives the sequence that stands at a place.
func (a *arrangement) place(i int) int {
	if a.order == nil {
		return i
	}
	return a.order[i]
}

// valid is the number of steps that sequences have, padding not counted.
func (a *arrangement) valid() (steps int) {
	for t := range a.extent.Steps {
		steps += a.extent.At(t)
	}
	return steps
}

// arrange writes [B, T, width] as [T, B, width] in the arrangement's order; steps past a sequence's end become zero.
func arrange[E int32 | float32](a *arrangement, dst, src []E, width int) {
	e := a.extent
	for t := range e.Steps {
		for i := range e.Batch {
			row := dst[(t*e.Batch+i)*width:][:width]
			if i >= e.At(t) {
				clear(row)
				continue
			}
			copy(row, src[(a.place(i)*e.Steps+t)*width:])
		}
	}
}

// toBatchFirst gives outputs [T, B, width], in the arrangement's order, as a new [B, T, width] in the batch's; zero past
// a sequence's end. steps is T, or 1 where the network answers once.
func (a *arrangement) toBatchFirst(src []float32, steps, width int, every bool) []float32 {
	e := a.extent
	dst := make([]float32, e.Batch*steps*width)
	for t := range steps {
		for i := range e.Batch {
			if every && i >= e.At(t) {
				continue
			}
			copy(dst[(a.place(i)*steps+t)*width:][:width], src[(t*e.Batch+i)*width:])
		}
	}
	return dst
}
