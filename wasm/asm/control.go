package asm

const (
	opUnreachable  = 0x00
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opBranch       = 0x0c
	opBranchIf     = 0x0d
	opBranchTable  = 0x0e
	opReturn       = 0x0f
	opCall         = 0x10
	opCallIndirect = 0x11
)

// Label names a block, loop or if as the target of branches from inside it.
type Label struct {
	owner  *Func
	depth  int // its place in controls
	serial int
}

// Void is the type of a block that takes and leaves nothing.
var Void = Signature{}

// Block emits a block; a branch to its label leaves it.
func (f *Func) Block(s Signature, body func(Label)) {
	f.structure("block", opBlock, s, body)
}

// Loop emits a loop; a branch to its label begins it anew, falling off its end leaves it.
func (f *Func) Loop(s Signature, body func(Label)) {
	f.structure("loop", opLoop, s, body)
}

// If takes an i32 and runs then when it is not 0, else otherwise. otherwise may be nil when the signature takes and leaves the
// same types.
func (f *Func) If(s Signature, then, otherwise func(Label)) {
	if f.broken("if") {
		return
	}
	if otherwise == nil && !(Signature{s.Params, s.Params}).equal(s) {
		f.fail("if without else: a block of type %v must leave what it takes", s)
		return
	}
	f.popTypes("if", Types{I32})
	f.structure("if", opIf, s, func(l Label) {
		then(l)
		if otherwise == nil || f.fault != nil {
			return
		}
		f.leave("the end of then", s)
		f.code = append(f.code, opElse)
		f.frame().unreachable = false
		f.pushTypes(s.Params)
		otherwise(l)
	})
}

func (f *Func) structure(kind string, code byte, s Signature, body func(Label)) {
	if f.broken(kind) {
		return
	}
	f.popTypes(kind, s.Params)
	f.code = append(f.code, code)
	switch {
	case len(s.Params) == 0 && len(s.Results) == 0:
		f.code = append(f.code, 0x40)
	case len(s.Params) == 0 && len(s.Results) == 1:
		f.code = append(f.code, byte(s.Results[0]))
	default:
		f.code = appendSigned(f.code, int64(f.module.typeIndex(s)))
	}
	f.issued++
	l := Label{f, len(f.controls), f.issued}
	f.controls = append(f.controls, control{kind: kind, signature: s, height: len(f.stack), serial: l.serial, isLoop: code == opLoop})
	f.pushTypes(s.Params)
	body(l)
	if f.fault == nil {
		f.leave("the end of "+kind, s)
	}
	f.controls = f.controls[:l.depth]
	if f.fault != nil {
		return
	}
	f.code = append(f.code, opEnd)
	f.pushTypes(s.Results)
}

// leave takes the results that a frame must end with and nothing else.
func (f *Func) leave(where string, s Signature) {
	f.popTypes(where, s.Results)
	f.atBase(where)
}

// Branch jumps to a label.
func (f *Func) Branch(l Label) {
	if target, ok := f.target("br", l); ok {
		f.popTypes("br", target)
		f.code = appendUnsigned(append(f.code, opBranch), f.distance(l))
		f.dead()
	}
}

// BranchIf takes an i32 and jumps to a label when it is not 0.
func (f *Func) BranchIf(l Label, condition ...Value) {
	if target, ok := f.target("br_if", l); ok {
		f.match("br_if", condition, 1)
		f.popTypes("br_if", Types{I32})
		f.popTypes("br_if", target)
		f.code = appendUnsigned(append(f.code, opBranchIf), f.distance(l))
		f.pushTypes(target)
	}
}

// BranchTable takes an i32 and jumps to the label of that number, or to the last one when there is none.
func (f *Func) BranchTable(labels []Label, otherwise Label, index ...Value) {
	target, ok := f.target("br_table", otherwise)
	if !ok {
		return
	}
	f.match("br_table", index, 1)
	f.popTypes("br_table", Types{I32})
	for _, l := range labels {
		types, ok := f.target("br_table", l)
		if !ok {
			return
		}
		if !(Signature{Results: types}).equal(Signature{Results: target}) {
			f.fail("br_table: labels of types %v and %v", types, target)
			return
		}
	}
	f.popTypes("br_table", target)
	f.code = appendVector(append(f.code, opBranchTable), labels, func(b []byte, l Label) []byte {
		return appendUnsigned(b, f.distance(l))
	})
	f.code = appendUnsigned(f.code, f.distance(otherwise))
	f.dead()
}

// target is what a branch to the label must find on the stack.
func (f *Func) target(instruction string, l Label) (Types, bool) {
	if f.broken(instruction) {
		return nil, false
	}
	if l.owner != f || l.depth >= len(f.controls) || f.controls[l.depth].serial != l.serial {
		f.fail("%s to a label that is not around it", instruction)
		return nil, false
	}
	return f.controls[l.depth].labelTypes(), true
}

func (f *Func) distance(l Label) uint64 { return uint64(len(f.controls) - 1 - l.depth) }

// Return leaves the function with the results on the stack.
func (f *Func) Return(results ...Value) {
	if f.broken("return") {
		return
	}
	f.match("return", results, len(f.signature.Results))
	f.popTypes("return", f.signature.Results)
	f.code = append(f.code, opReturn)
	f.dead()
}

// Unreachable traps.
func (f *Func) Unreachable() {
	if f.broken("unreachable") {
		return
	}
	f.code = append(f.code, opUnreachable)
	f.dead()
}

// Call calls a function of the module; the value is its last result.
func (f *Func) Call(callee *Func, arguments ...Value) Value {
	if f.broken("call") || !f.same("call", callee.module) {
		return Value{}
	}
	name := "call of " + callee.name
	f.match(name, arguments, len(callee.signature.Params))
	f.popTypes(name, callee.signature.Params)
	f.code = appendUnsigned(append(f.code, opCall), uint64(callee.index))
	return f.pushTypes(callee.signature.Results)
}

// CallIndirect calls the function of this signature at an index of a table. The index is the last operand.
func (f *Func) CallIndirect(t *Table, s Signature, operands ...Value) Value {
	if f.broken("call_indirect") || !f.same("call_indirect", t.module) {
		return Value{}
	}
	if t.element != FuncRef {
		f.fail("call_indirect through a table of %s", t.element)
		return Value{}
	}
	f.match("call_indirect", operands, len(s.Params)+1)
	f.popTypes("call_indirect", append(append(Types{}, s.Params...), I32))
	f.code = appendUnsigned(append(f.code, opCallIndirect), uint64(f.module.typeIndex(s)))
	f.code = appendUnsigned(f.code, uint64(t.index))
	return f.pushTypes(s.Results)
}
