package asm

// Func is a function of a module. Its methods emit the body; falling off the end returns what is on the stack.
type Func struct {
	module    *Module
	index     int
	name      string
	signature Signature
	imported  bool

	locals   []Type // parameters first
	code     []byte
	stack    []operand
	controls []control
	issued   int // values so far, for their identity
	fault    error
	ended    bool
}

// Local is a parameter or local variable of a function.
type Local struct {
	owner *Func
	index int
	typ   Type
}

// Type is the variable's type.
func (l Local) Type() Type { return l.typ }

// Value stands for an operand that an instruction left on the stack. The zero Value stands for none.
type Value struct {
	owner *Func
	id    int
}

type operand struct {
	typ Type
	id  int
}

// Name is the function's name.
func (f *Func) Name() string { return f.name }

// Param is the i-th parameter.
func (f *Func) Param(i int) Local {
	if i < 0 || i >= len(f.signature.Params) {
		f.fail("parameter %d of %q, which has %d", i, f.name, len(f.signature.Params))
		return Local{owner: f}
	}
	return Local{f, i, f.signature.Params[i]}
}

// Local is a new local variable; it starts as zero.
func (f *Func) Local(t Type) Local {
	if f.imported {
		f.fail("local variable of the imported function %q", f.name)
	}
	return f.addLocal(t)
}

func (f *Func) addLocal(t Type) Local {
	if !t.isNumeric() && !t.isReference() {
		f.fail("local variable of an unknown type %#x", byte(t))
	}
	f.locals = append(f.locals, t)
	return Local{f, len(f.locals) - 1, t}
}

func (f *Func) fail(format string, args ...any) {
	if f.fault == nil {
		f.fault = fault(format, args...)
	}
}

// broken is whether instructions are ignored: after the first fault, and in functions that have no body of their own.
func (f *Func) broken(instruction string) bool {
	if f.imported {
		f.fail("%s in the imported function %q", instruction, f.name)
	}
	if f.fault == nil && f.ended {
		f.fail("%s after Module.Bytes", instruction)
	}
	return f.fault != nil
}

// finish ends the body once and returns the function's fault.
func (f *Func) finish() error {
	if f.fault == nil && !f.imported && !f.ended {
		f.popTypes("the end of the function", f.signature.Results)
		f.atBase("the end of the function")
		f.ended = true
	}
	return f.fault
}

// encodeBody writes the local variables, runs of one type together, and the code.
func (f *Func) encodeBody() []byte {
	type run struct {
		count int
		typ   Type
	}
	var runs []run
	for _, t := range f.locals[len(f.signature.Params):] {
		if len(runs) == 0 || runs[len(runs)-1].typ != t {
			runs = append(runs, run{0, t})
		}
		runs[len(runs)-1].count++
	}
	body := appendVector(nil, runs, func(b []byte, r run) []byte { return append(appendUnsigned(b, uint64(r.count)), byte(r.typ)) })
	return append(append(body, f.code...), opEnd)
}
