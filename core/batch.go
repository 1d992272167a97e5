package core

import "strconv"

// Batch is B sequences of up to T steps, batch first.
type Batch struct {
	Inputs       []int32   // [B, T] ids, where the input has tokens
	Features     []float32 // [B, T, I], where it has features
	Targets      []int32   // [B, T] ids for classes; [B] where the network answers once
	TargetValues []float32 // [B, T, O] or [B, O] for values and labels
	Batch        int       // B ≥ 1
	Steps        int       // T ≥ 1
	Lengths      []int32   // of each sequence, 0 … T; absent: all T. One of length 0 counts nothing, answers zeros and keeps its state
	Mask         []float32 // [B, T]: what each step counts in the loss, 0 or more; absent: 1
	State        State     // initial state, with a decoder that of the encoder; absent: that of the config

	// With a decoder, and with the loss CTC, Targets are [B, S], S = len(Targets) / B. With a decoder Mask is [B, S] too, with
	// CTC there is none.
	TargetLengths []int32 // of each target, 0 … S; absent: all S

	// TeacherForcing is for pattern 2: the probability with which a step reads the target before it instead of the
	// network's own output. Absent: 1 where there are targets, 0 where there are none.
	TeacherForcing *float64

	// Recompute cuts the run in segments of so many steps, of which only one is in memory: the way back computes each
	// anew from the state at its border, for the time of one more forward pass. 0: no cut; [AutoRecompute]: about √T.
	Recompute int
}

// hasTargets says whether there is something to compare with.
func (b Batch) hasTargets() bool { return b.Targets != nil || b.TargetValues != nil }

// State is what a model carries from step to step: for every layer k a tensor "h_l{k}" [B, H], for an LSTM also
// "c_l{k}", for a second direction the same with "_reverse", for pattern 2 "y_l0" [B, O] alone. As an initial state, that
// of a second direction enters at each sequence's own last valid step; as a last one, it is that behind step 0.
type State []Tensor

// largestRows bounds B·T so that sizes of a run stay far inside an int.
const largestRows = 1 << 26

// check wants a batch that fits the model, and memory for it and for the optimiser's rule.
func (m *Model) check(where string, b Batch, needTargets bool, rule string) error {
	if err := m.checkSource(where, b); err != nil {
		return err
	}
	if !b.hasTargets() && (needTargets || m.config.Decoder != nil) {
		return Errorf(CodeConfig, "%s: targets are missing, want %s", where, m.targetShape(b))
	}
	if m.config.Loss == CTC && b.Mask != nil {
		return Errorf(CodeConfig, "%s: mask weighs steps, but a labelling does not say which step is which label; want none with loss %q", where, CTC)
	}
	if b.TargetLengths != nil && !b.hasTargets() {
		return Errorf(CodeConfig, "%s: targetLengths came without targets", where)
	}
	if b.hasTargets() {
		if err := m.checkTargets(where, b); err != nil {
			return err
		}
	}
	if err := wantMask(where, m.answered(b)); err != nil {
		return err
	}
	if err := m.config.checkRecompute(where, b.Recompute); err != nil {
		return err
	}
	return m.checkMemory(where, RunSize{b.Batch, b.Steps, m.writtenSteps(b), b.Recompute, rule})
}

// writtenSteps is the number of steps of targets that have lengths of their own, and 0 of others.
func (m *Model) writtenSteps(b Batch) int {
	if !m.config.ownTargets() {
		return 0
	}
	return m.answered(b).Steps
}

// checkSource checks what the network reads.
func (m *Model) checkSource(where string, b Batch) error {
	if !rowsFit(b.Batch, b.Steps) {
		return Errorf(CodeShape, "%s: shape is [%d %d], want batch ≥ 1 and steps ≥ 1 with at most %d in all",
			where, b.Batch, b.Steps, largestRows)
	}
	if err := wantLengths(where, "lengths", "steps", b); err != nil {
		return err
	}
	if err := m.checkInputs(where, b); err != nil {
		return err
	}
	return m.checkState(where, b.State, b.Batch)
}

func (b Batch) length(i int) int {
	if b.Lengths == nil {
		return b.Steps
	}
	return int(b.Lengths[i])
}

func wantLengths(where, field, limit string, b Batch) error {
	if b.Lengths == nil {
		return nil
	}
	if len(b.Lengths) != b.Batch {
		return Errorf(CodeShape, "%s: %s has %d entries, want %d (batch)", where, field, len(b.Lengths), b.Batch)
	}
	for i, n := range b.Lengths {
		if n < 0 || int(n) > b.Steps {
			return Errorf(CodeRange, "%s: %s[%d] is %d, want 0 … %d (%s)", where, field, i, n, b.Steps, limit)
		}
	}
	return nil
}

func wantMask(where string, b Batch) error {
	if b.Mask == nil {
		return nil
	}
	if len(b.Mask) != b.Batch*b.Steps {
		return Errorf(CodeShape, "%s: mask has %d values, want [%d %d]", where, len(b.Mask), b.Batch, b.Steps)
	}
	for i, w := range b.Mask {
		if !(w >= 0) || !finite(float64(w)) {
			return Errorf(CodeRange, "%s: mask[%d][%d] is %v, want a finite number, 0 or above", where, i/b.Steps, i%b.Steps, w)
		}
	}
	return nil
}

func (m *Model) checkInputs(where string, b Batch) error {
	if n := m.config.Input.Features; n > 0 {
		return wantValues(where, "inputs", b.Features, b, b.Steps, n, "input.features")
	}
	return wantIDs(where, "inputs", b.Inputs, b, b.Steps, m.config.Input.Tokens, "input.tokens")
}

// answers is the number of outputs a sequence: T, or 1 behind the last step.
func (m *Model) answers(steps int) int {
	if m.config.Readout == Last {
		return 1
	}
	return steps
}

func (m *Model) targetShape(b Batch) string {
	if m.config.Decoder != nil {
		return "[" + strconv.Itoa(b.Batch) + " S] ids, which the decoder is given one step later; decode writes without targets"
	}
	if m.config.Loss == CTC {
		return "[" + strconv.Itoa(b.Batch) + " S] ids, of which targetLengths count"
	}
	shape := "[" + strconv.Itoa(b.Batch)
	if m.config.Readout == Every {
		shape += " " + strconv.Itoa(b.Steps)
	}
	if m.config.Output.Classes > 0 {
		return shape + "] ids"
	}
	return shape + " " + strconv.Itoa(m.config.Output.width()) + "] values"
}

func (m *Model) checkTargets(where string, b Batch) error {
	if m.config.Decoder != nil {
		return m.checkWritten(where, b)
	}
	if m.config.Loss == CTC {
		return m.checkLabellings(where, b)
	}
	if b.TargetLengths != nil {
		return Errorf(CodeConfig, "%s: targetLengths goes with a decoder or loss %q; this model answers %s", where, CTC, m.targetShape(b))
	}
	steps := m.answers(b.Steps)
	if n := m.config.Output.Classes; n > 0 {
		return wantIDs(where, "targets", b.Targets, b, steps, n, "output.classes")
	}
	field := "output.values"
	if m.config.Output.Labels > 0 {
		field = "output.labels"
	}
	if err := wantValues(where, "targets", b.TargetValues, b, steps, m.config.Output.width(), field); err != nil {
		return err
	}
	if m.config.Output.Labels > 0 {
		for i, v := range b.TargetValues {
			if !(v >= 0 && v <= 1) {
				return Errorf(CodeRange, "%s: targets[%d] is %v, want 0 … 1 (output.labels)", where, i, v)
			}
		}
	}
	return nil
}

// wantIDs wants [B, steps] ids below limit; what lies past a sequence's end is not looked at.
func wantIDs(where, field string, ids []int32, b Batch, steps, limit int, source string) error {
	if len(ids) != b.Batch*steps {
		return Errorf(CodeShape, "%s: %s has %d ids, shape [%d %d] wants %d", where, field, len(ids), b.Batch, b.Steps, b.Batch*steps)
	}
	for i, id := range ids {
		if (id < 0 || int(id) >= limit) && b.reads(i/steps, i%steps, steps) {
			return Errorf(CodeRange, "%s: %s[%d][%d] is %d, want 0 … %d (%s = %d)",
				where, field, i/steps, i%steps, id, limit-1, source, limit)
		}
	}
	return nil
}

// reads says whether entry t of sequence i of a [B, steps] tensor is read at all.
func (b Batch) reads(i, t, steps int) bool {
	if steps == 1 && b.Steps != 1 {
		return b.length(i) > 0
	}
	return t < b.length(i)
}

// wantValues wants [B, steps, n] finite values; what lies past a sequence's end is not looked at.
func wantValues(where, field string, values []float32, b Batch, steps, n int, source string) error {
	if len(values) != b.Batch*steps*n {
		return Errorf(CodeShape, "%s: %s has %d values, shape [%d %d] wants %d × %d = %d (%s = %d)",
			where, field, len(values), b.Batch, b.Steps, b.Batch*steps, n, b.Batch*steps*n, source, n)
	}
	for i, v := range values {
		if row := i / n; !finite(float64(v)) && b.reads(row/steps, row%steps, steps) {
			return Errorf(CodeNumeric, "%s: %s[%d][%d][%d] is %v, want a finite number", where, field, row/steps, row%steps, i%n, v)
		}
	}
	return nil
}

// checkState wants no state at all or every tensor of the model's state, each [B, H] and finite.
func (m *Model) checkState(where string, s State, batch int) error {
	if s == nil {
		return nil
	}
	wanted := m.stateShapes()
	for _, w := range wanted {
		got := s.named(w.Name)
		if got == nil {
			return Errorf(CodeState, "%s: state has no %q; this model carries %s", where, w.Name, names(wanted))
		}
		shape := []int{batch, w.Shape[1]}
		if !equal(got.Shape, shape) || len(got.Data) != batch*w.Shape[1] {
			return Errorf(CodeShape, "%s: state %s is %v with %d values, want %v", where, w.Name, got.Shape, len(got.Data), shape)
		}
		if i := firstNonFinite(got.Data); i >= 0 {
			return Errorf(CodeNumeric, "%s: state %s[%d] is %v, want a finite number", where, w.Name, i, got.Data[i])
		}
	}
	if len(s) != len(wanted) {
		for _, got := range s {
			if State(wanted).named(got.Name) == nil {
				return Errorf(CodeState, "%s: state has %q; this model carries %s", where, got.Name, names(wanted))
			}
		}
		return Errorf(CodeState, "%s: state has %d tensors, want %d", where, len(s), len(wanted))
	}
	return nil
}

// stateShapes lists what the model carries, with the batch left at 0.
func (m *Model) stateShapes() []Tensor { return m.config.stateShapes() }

func (c Config) stateShapes() []Tensor {
	if c.jordan() {
		return []Tensor{{Name: "y_l0", Shape: []int{0, c.Output.width()}}}
	}
	var list []Tensor
	for k, l := range c.Layers {
		for direction := range l.directions() {
			suffix := layerSuffix(k) + directionSuffix(direction)
			list = append(list, Tensor{Name: "h" + suffix, Shape: []int{0, l.Hidden}})
			if l.Cell == LSTM {
				list = append(list, Tensor{Name: "c" + suffix, Shape: []int{0, l.Hidden}})
			}
		}
	}
	return list
}

func (s State) named(name string) *Tensor {
	for i := range s {
		if s[i].Name == name {
			return &s[i]
		}
	}
	return nil
}

func names(tensors []Tensor) string {
	text := ""
	for i, t := range tensors {
		if i > 0 {
			text += ", "
		}
		text += t.Name
	}
	return text
}
