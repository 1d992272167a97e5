package core

import "github.com/unfold-rnn/unfold/core/cell"

// Batch is B sequences of T steps.
type Batch struct {
	Inputs  []int32 // [B, T] ids
	Targets []int32 // [B, T] ids; absent where only outputs are wanted
	Batch   int     // B ≥ 1
	Steps   int     // T ≥ 1
	State   State   // initial state; absent: zeros
}

// State is what a model carries from step to step: for every layer k a tensor "h_l{k}" [B, H], and for an LSTM
// "c_l{k}" [B, H].
type State []Tensor

// largestRows bounds B·T so that sizes of a run stay far inside an int.
const largestRows = 1 << 26

func (m *Model) check(where string, b Batch, needTargets bool) error {
	if b.Batch < 1 || b.Steps < 1 || b.Batch > largestRows || b.Steps > largestRows || b.Batch*b.Steps > largestRows {
		return Errorf(CodeShape, "%s: shape is [%d %d], want batch ≥ 1 and steps ≥ 1 with at most %d in all",
			where, b.Batch, b.Steps, largestRows)
	}
	if err := wantIDs(where, "inputs", b.Inputs, b, m.config.Input.Tokens, "input.tokens"); err != nil {
		return err
	}
	if b.Targets == nil && needTargets {
		return Errorf(CodeConfig, "%s: targets are missing, want [%d %d] ids", where, b.Batch, b.Steps)
	}
	if b.Targets != nil {
		if err := wantIDs(where, "targets", b.Targets, b, m.config.Output.Classes, "output.classes"); err != nil {
			return err
		}
	}
	if err := m.checkState(where, b.State, b.Batch); err != nil {
		return err
	}
	return m.checkMemory(where, b.Batch, b.Steps)
}

func (m *Model) checkMemory(where string, batch, steps int) error {
	need := m.config.bytes() + m.config.runBytes(batch, steps)
	if need > MemoryLimit {
		return Errorf(CodeMemory, "%s: batch %d × steps %d needs %s with this model, at most %s can be had; take fewer of either",
			where, batch, steps, megabytes(need), megabytes(MemoryLimit))
	}
	return nil
}

func wantIDs(where, field string, ids []int32, b Batch, limit int, source string) error {
	if len(ids) != b.Batch*b.Steps {
		return Errorf(CodeShape, "%s: %s has %d ids, shape [%d %d] wants %d", where, field, len(ids), b.Batch, b.Steps, b.Batch*b.Steps)
	}
	for i, id := range ids {
		if id < 0 || int(id) >= limit {
			return Errorf(CodeRange, "%s: %s[%d][%d] is %d, want 0 … %d (%s = %d)",
				where, field, i/b.Steps, i%b.Steps, id, limit-1, source, limit)
		}
	}
	return nil
}

// checkState wants no state at all or every tensor of [Model.stateNames], each [B, H] and finite.
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
func (m *Model) stateShapes() []Tensor {
	var list []Tensor
	for k, l := range m.config.Layers {
		list = append(list, Tensor{Name: "h" + layerSuffix(k), Shape: []int{0, l.Hidden}})
		if l.Cell == LSTM {
			list = append(list, Tensor{Name: "c" + layerSuffix(k), Shape: []int{0, l.Hidden}})
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

// toTimeMajor writes [B, T] ids as [T, B].
func toTimeMajor(dst, src []int32, e cell.Extent) {
	for b := range e.Batch {
		for t := range e.Steps {
			dst[t*e.Batch+b] = src[b*e.Steps+t]
		}
	}
}

// toBatchFirst gives [T, B, width] floats as a new [B, T, width].
func toBatchFirst(src []float32, e cell.Extent, width int) []float32 {
	dst := make([]float32, len(src))
	for t := range e.Steps {
		for b := range e.Batch {
			copy(dst[(b*e.Steps+t)*width:][:width], src[(t*e.Batch+b)*width:])
		}
	}
	return dst
}
