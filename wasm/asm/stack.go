package asm

import "fmt"

// control is a frame of the specification's validation algorithm (appendix "Validation Algorithm").
type control struct {
	kind        string
	signature   Signature
	height      int // operands below it belong to the frame outside
	unreachable bool
	serial      int
	isLoop      bool
}

// labelTypes is what a branch to the frame must have on the stack: a loop is entered again from its top.
func (c control) labelTypes() Types {
	if c.isLoop {
		return c.signature.Params
	}
	return c.signature.Results
}

func (f *Func) frame() *control { return &f.controls[len(f.controls)-1] }

func (f *Func) push(t Type) Value {
	f.issued++
	f.stack = append(f.stack, operand{t, f.issued})
	return Value{f, f.issued}
}

// pushTypes pushes a list and returns the value on top.
func (f *Func) pushTypes(types Types) Value {
	var top Value
	for _, t := range types {
		top = f.push(t)
	}
	return top
}

// popTypes takes operands of these types, the last from the top.
func (f *Func) popTypes(instruction string, want Types) {
	if f.fault != nil {
		return
	}
	base := f.frame().height
	for i := range want {
		at, t := len(f.stack)-1-i, want[len(want)-1-i]
		if at < base {
			if f.frame().unreachable {
				break
			}
			f.mismatch(instruction, want)
			return
		}
		if have := f.stack[at].typ; have != t && have != unknown && t != unknown {
			f.mismatch(instruction, want)
			return
		}
	}
	f.stack = f.stack[:max(base, len(f.stack)-len(want))]
}

func (f *Func) mismatch(instruction string, want Types) {
	have := f.operands()
	if extra := len(have) - len(want); extra > 0 {
		have = have[extra:]
	}
	f.fail("%s: the stack has %v, want %v", instruction, have, want)
}

// operands is what the innermost frame has on the stack.
func (f *Func) operands() Types {
	var types Types
	for _, o := range f.stack[f.frame().height:] {
		types = append(types, o.typ)
	}
	return types
}

// atBase fails unless the frame's stack is empty.
func (f *Func) atBase(where string) {
	if f.fault == nil && len(f.stack) > f.frame().height {
		f.fail("%s leaves %v on the stack", where, f.operands())
	}
}

// match checks that the given values are, in order, the topmost operands, just as the instruction will take them.
// An instruction may be called without values: it takes what is there.
func (f *Func) match(instruction string, values []Value, takes int) {
	if f.fault != nil || len(values) == 0 {
		return
	}
	if len(values) != takes {
		f.fail("%s: %d operands are given, it takes %d", instruction, len(values), takes)
		return
	}
	base := len(f.stack) - len(values)
	for i, v := range values {
		switch {
		case v == Value{}:
			f.fail("%s: operand %d is no value", instruction, i)
		case v.owner != f:
			f.fail("%s: operand %d belongs to another function", instruction, i)
		case base+i < f.frame().height || f.stack[base+i].id != v.id:
			if !f.frame().unreachable {
				f.fail("%s: operand %d is not where the instruction takes it from the stack: %s", instruction, i, f.whereIs(v))
			}
		default:
			continue
		}
		return
	}
}

func (f *Func) whereIs(v Value) string {
	for i, o := range f.stack {
		if o.id == v.id {
			return fmt.Sprintf("it has %d operands above it", len(f.stack)-1-i)
		}
	}
	return "it was taken before"
}

// dead marks the rest of the frame as unreachable.
func (f *Func) dead() {
	if f.fault == nil {
		f.stack = f.stack[:f.frame().height]
		f.frame().unreachable = true
	}
}
