package core

import "slices"

// written is the targets of a decoder in the workspace. They are ordered by their own lengths, whatever the order of
// the sources is.
type written struct {
	arrangement
	given  []int32 // [S, B]: begin, y(1) … y(S-1)
	from   []int32 // by place: the place of the source
	places []int   // by sequence of the batch: the place of the source
}

// answering is how the outputs lie: as the targets of a decoder, or as the inputs.
func (m *Model) answering() *arrangement {
	if m.config.Decoder != nil {
		return &m.run.written.arrangement
	}
	return &m.run.arrangement
}

// stepsRun is the number of steps of the latest run, padding not counted: those read, and with a decoder those written.
func (m *Model) stepsRun() int {
	if m.config.Decoder != nil {
		return m.run.valid() + m.run.written.valid()
	}
	return m.run.valid()
}

// answered is the batch as it is answered: where targets have lengths of their own, B targets of up to S steps.
func (m *Model) answered(b Batch) Batch {
	if !m.config.ownTargets() {
		return b
	}
	return Batch{Batch: b.Batch, Steps: len(b.Targets) / b.Batch, Lengths: b.TargetLengths, Targets: b.Targets, Mask: b.Mask}
}

// checkWritten checks targets that have lengths of their own.
func (m *Model) checkWritten(where string, b Batch) error {
	w := m.answered(b)
	if b.TargetValues != nil || len(b.Targets) == 0 || len(b.Targets)%b.Batch != 0 || len(b.Targets) > largestRows {
		return Errorf(CodeShape, "%s: targets has %d ids and %d values, want [%d S] ids with S ≥ 1 and at most %d in all",
			where, len(b.Targets), len(b.TargetValues), b.Batch, largestRows)
	}
	if err := wantLengths(where, "targetLengths", "S, the steps of targets", w); err != nil {
		return err
	}
	return wantIDs(where, "targets", w.Targets, w, w.Steps, m.config.Output.Classes, "output.classes")
}

// loadWritten brings the targets into the workspace and gives the decoder what it reads.
func (m *Model) loadWritten(b Batch, t *translator) {
	r, w := &m.run, &m.run.written
	e := w.sort(b.Batch, m.answered(b).Steps, b.TargetLengths)
	r.ids = growIDs(r.ids, e.Rows())
	arrange(&w.arrangement, r.ids, b.Targets, 1)
	w.given = growIDs(w.given, e.Rows())
	for i := range e.Batch {
		w.given[i] = int32(m.config.Decoder.Begin)
	}
	copy(w.given[e.Batch:], r.ids)
	w.places = slices.Grow(w.places[:0], e.Batch)[:e.Batch]
	for place := range e.Batch {
		w.places[r.place(place)] = place
	}
	w.from = growIDs(w.from, e.Batch)
	for place := range e.Batch {
		w.from[place] = int32(w.places[w.place(place)])
	}
	t.write(e, w.given, w.from)
}

// attentionWeights is α [B, S, T] of the latest forward run, in the batch's order; nil without attention.
func (m *Model) attentionWeights() *Tensor {
	t, ok := m.network.(*translator)
	if !ok || t.attention == nil {
		return nil
	}
	w, steps := &m.run.written, m.run.extent.Steps
	data := w.toBatchFirst(t.attention.Weights(), w.extent.Steps, steps, true)
	return &Tensor{"attention", []int{w.extent.Batch, w.extent.Steps, steps}, data}
}
