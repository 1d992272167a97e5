package asm

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// blamed is the file and line of the last call of here.
var blamed string

// here marks the line that an error must name.
func here[T any](x T) T {
	_, file, line, _ := runtime.Caller(1)
	blamed = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	return x
}

// TestMisuse has every refusal, with the line of the call that is to blame.
func TestMisuse(t *testing.T) {
	i32 := Signature{Results: Types{I32}}
	other := NewModule()
	foreign := other.Func("foreign", Signature{Params: Types{I32}})
	foreignTable := other.Table(FuncRef, Limits{Min: 1})
	foreignGlobal := other.GlobalI32(true, 0)
	cases := []struct {
		message string
		write   func(m *Module, f *Func)
	}{
		{"f32.add: the stack has [], want [f32 f32]", func(m *Module, f *Func) { here(f).Op(F32Add) }},
		{"f32.add: the stack has [f32 i32], want [f32 f32]", func(m *Module, f *Func) {
			f.F32(1)
			f.I32(2)
			here(f).Op(F32Add)
		}},
		{"f32.add: 1 operands are given, it takes 2", func(m *Module, f *Func) {
			x := f.F32(1)
			here(f).Op(F32Add, x)
		}},
		{"f32.sub: operand 0 is not where the instruction takes it from the stack: it has 0 operands above it", func(m *Module, f *Func) {
			a, b := f.F32(1), f.F32(2)
			here(f).Op(F32Sub, b, a)
		}},
		{"f32.neg: operand 0 is not where the instruction takes it from the stack: it was taken before", func(m *Module, f *Func) {
			a := f.F32(1)
			f.Drop(a)
			f.F32(2)
			here(f).Op(F32Neg, a)
		}},
		{"f32.neg: operand 0 is no value", func(m *Module, f *Func) {
			f.F32(1)
			here(f).Op(F32Neg, Value{})
		}},
		{"f32.neg: operand 0 belongs to another function", func(m *Module, f *Func) {
			g := m.Func("g", Signature{})
			x := g.F32(1)
			g.Drop()
			f.F32(1)
			here(f).Op(F32Neg, x)
		}},
		{"f32.load has immediates: use Load, Store, Lane, LoadLane or StoreLane", func(m *Module, f *Func) {
			f.I32(0)
			here(f).Op(F32Load)
		}},
		{"f32.store is not a load", func(m *Module, f *Func) { here(f).Load(F32Store, 0) }},
		{"f32.load is not a store", func(m *Module, f *Func) { here(f).Store(F32Load, 0) }},
		{"v128.load is not a load of one lane", func(m *Module, f *Func) { here(f).LoadLane(V128Load, 0, 0) }},
		{"v128.store is not a store of one lane", func(m *Module, f *Func) { here(f).StoreLane(V128Store, 0, 0) }},
		{"f32x4.add takes no lane", func(m *Module, f *Func) { here(f).Lane(F32x4Add, 0) }},
		{"f32x4.extract_lane: lane 4, want 0 to 3", func(m *Module, f *Func) {
			x := f.V128([16]byte{})
			here(f).Lane(F32x4ExtractLane, 4, x)
		}},
		{"i8x16.shuffle: index 1 is 32, want 0 to 31", func(m *Module, f *Func) { here(f).Shuffle([16]byte{0, 32}) }},
		{"f32.load: the module has no memory", func(m *Module, f *Func) {
			f.I32(0)
			here(f).Load(F32Load, 0)
		}},
		{"memory.size: the module has no memory", func(m *Module, f *Func) { here(f).MemorySize() }},
		{"memory.grow: the module has no memory", func(m *Module, f *Func) {
			f.I32(0)
			here(f).MemoryGrow()
		}},
		{"local.set: the stack has [f32], want [i32]", func(m *Module, f *Func) {
			v := f.Local(I32)
			f.F32(1)
			here(f).Set(v)
		}},
		{"local.tee: the stack has [], want [i32]", func(m *Module, f *Func) {
			v := f.Local(I32)
			here(f).Tee(v)
		}},
		{"local.get: the variable belongs to another function", func(m *Module, f *Func) { here(f).Get(foreign.Param(0)) }},
		{"local.get: the variable belongs to another function", func(m *Module, f *Func) { here(f).Get(Local{}) }},
		{"parameter 1 of \"f\", which has 1", func(m *Module, f *Func) { here(f).Param(1) }},
		{"local variable of an unknown type 0x0", func(m *Module, f *Func) { here(f).Local(0) }},
		{"global.set: the variable is constant", func(m *Module, f *Func) {
			g := m.GlobalI32(false, 1)
			f.I32(1)
			here(f).SetGlobal(g)
		}},
		{"global.get: it belongs to another module", func(m *Module, f *Func) { here(f).GetGlobal(foreignGlobal) }},
		{"global.set: the stack has [f32], want [i32]", func(m *Module, f *Func) {
			g := m.GlobalI32(true, 1)
			f.F32(1)
			here(f).SetGlobal(g)
		}},
		{"drop: the stack has [], want [unknown]", func(m *Module, f *Func) { here(f).Drop() }},
		{"select: the stack has [i32 f32], want [f32 f32]", func(m *Module, f *Func) {
			f.I32(1)
			f.F32(1)
			f.I32(1)
			here(f).Select()
		}},
		{"the end of block: the stack has [], want [i32]", func(m *Module, f *Func) { here(f).Block(i32, func(Label) {}) }},
		{"the end of block leaves [i32] on the stack", func(m *Module, f *Func) { here(f).Block(Void, func(Label) { f.I32(1) }) }},
		{"the end of loop: the stack has [f32], want [i32]", func(m *Module, f *Func) { here(f).Loop(i32, func(Label) { f.F32(1) }) }},
		{"f32.neg: the stack has [], want [f32]", func(m *Module, f *Func) {
			f.F32(1)
			f.Block(Void, func(Label) { here(f).Op(F32Neg) })
		}},
		{"if: the stack has [], want [i32]", func(m *Module, f *Func) { here(f).If(Void, func(Label) {}, nil) }},
		{"if without else: a block of type [] -> [i32] must leave what it takes", func(m *Module, f *Func) {
			f.I32(1)
			here(f).If(i32, func(Label) { f.I32(1) }, nil)
		}},
		{"the end of then: the stack has [], want [i32]", func(m *Module, f *Func) {
			f.I32(1)
			here(f).If(i32, func(Label) {}, func(Label) { f.I32(1) })
		}},
		{"the end of if: the stack has [f32], want [i32]", func(m *Module, f *Func) {
			f.I32(1)
			here(f).If(i32, func(Label) { f.I32(1) }, func(Label) { f.F32(1) })
		}},
		{"br: the stack has [], want [i32]", func(m *Module, f *Func) { f.Block(i32, func(l Label) { here(f).Branch(l) }) }},
		{"br_if: the stack has [], want [i32]", func(m *Module, f *Func) { f.Block(Void, func(l Label) { here(f).BranchIf(l) }) }},
		{"br to a label that is not around it", func(m *Module, f *Func) {
			var l Label
			f.Block(Void, func(x Label) { l = x })
			here(f).Branch(l)
		}},
		{"br to a label that is not around it", func(m *Module, f *Func) {
			var l Label
			f.Block(Void, func(x Label) { l = x })
			f.Block(Void, func(Label) { here(f).Branch(l) })
		}},
		{"br_table: labels of types [] and [i32]", func(m *Module, f *Func) {
			f.Block(i32, func(a Label) { f.Block(Void, func(b Label) { f.I32(0); here(f).BranchTable([]Label{b}, a) }) })
		}},
		{"br_table: the stack has [], want [i32]", func(m *Module, f *Func) { f.Block(Void, func(a Label) { here(f).BranchTable([]Label{a}, a) }) }},
		{"return: the stack has [], want [i32]", func(m *Module, f *Func) { here(f).Return() }},
		{"call of g: the stack has [f32], want [i32]", func(m *Module, f *Func) {
			g := m.Func("g", Signature{Params: Types{I32}})
			x := f.F32(1)
			here(f).Call(g, x)
		}},
		{"call: it belongs to another module", func(m *Module, f *Func) { here(f).Call(foreign) }},
		{"call_indirect: it belongs to another module", func(m *Module, f *Func) { here(f).CallIndirect(foreignTable, Void) }},
		{"call_indirect through a table of externref", func(m *Module, f *Func) {
			x := m.Table(ExternRef, Limits{})
			here(f).CallIndirect(x, Void)
		}},
		{"call_indirect: the stack has [], want [i32]", func(m *Module, f *Func) {
			x := m.Table(FuncRef, Limits{})
			here(f).CallIndirect(x, Void)
		}},
		{"i32.const in the imported function \"outside\"", func(m *Module, f *Func) {
			n := NewModule()
			g := n.ImportFunc("m", "outside", Signature{})
			here(g).I32(1)
			*m = *n
		}},
		{"local variable of the imported function \"outside\"", func(m *Module, f *Func) {
			n := NewModule()
			g := n.ImportFunc("m", "outside", Signature{})
			here(g).Local(I32)
			*m = *n
		}},
		{"import of function m.g after the function \"f\": imports come first", func(m *Module, f *Func) { here(m).ImportFunc("m", "g", Signature{}) }},
		{"import of table m.t after a table of the module: imports come first", func(m *Module, f *Func) {
			m.Table(FuncRef, Limits{})
			here(m).ImportTable("m", "t", FuncRef, Limits{})
		}},
		{"import of global m.g after a global of the module: imports come first", func(m *Module, f *Func) {
			m.GlobalI32(true, 0)
			here(m).ImportGlobal("m", "g", I32, true)
		}},
		{"second memory: a module has at most one", func(m *Module, f *Func) {
			m.Memory(Limits{})
			here(m).ImportMemory("m", "m", Limits{})
		}},
		{"memory limits: min 2, max 1 pages, want min ≤ max ≤ 65536", func(m *Module, f *Func) { here(m).Memory(Limits{Min: 2, Max: 1, HasMax: true}) }},
		{"memory limits: min 65537, max 0 pages, want min ≤ max ≤ 65536", func(m *Module, f *Func) { here(m).Memory(Limits{Min: 65537}) }},
		{"table limits: min 2 is above max 1", func(m *Module, f *Func) { here(m).Table(FuncRef, Limits{Min: 2, Max: 1, HasMax: true}) }},
		{"table of i32, want funcref or externref", func(m *Module, f *Func) { here(m).Table(I32, Limits{}) }},
		{"second export named \"x\"", func(m *Module, f *Func) {
			m.Export("x", f)
			here(m).Export("x", f)
		}},
		{"export \"x\" of a int, want a function, table, memory or global", func(m *Module, f *Func) { here(m).Export("x", 3) }},
		{"export \"x\" belongs to another module", func(m *Module, f *Func) { here(m).Export("x", foreign) }},
		{"elements: function \"foreign\" belongs to another module", func(m *Module, f *Func) {
			x := m.Table(FuncRef, Limits{Min: 1})
			here(m).Elements(x, 0, foreign)
		}},
		{"elements: want a funcref table of this module", func(m *Module, f *Func) { here(m).Elements(foreignTable, 0) }},
	}
	for _, c := range cases {
		m := NewModule()
		f := m.Func("f", Signature{Params: Types{F64}, Results: Types{I32}})
		c.write(m, f)
		_, err := m.Bytes()
		assert.ErrorContains(t, err, blamed+": "+c.message)
	}
}

func TestEndOfFunction(t *testing.T) {
	m := NewModule()
	m.Func("nothing", Signature{Results: Types{I32}})
	extra := m.Func("extra", Signature{})
	extra.F32(1)
	_, err := here(m).Bytes()
	assert.ErrorContains(t, err, "function \"nothing\": "+blamed+": the end of the function: the stack has [], want [i32]")
	assert.ErrorContains(t, err, "function \"extra\": "+blamed+": the end of the function leaves [f32] on the stack")
}

// TestOneErrorACause: what follows a fault in a function is ignored, other functions have their own.
func TestOneErrorACause(t *testing.T) {
	m := NewModule()
	f, g := m.Func("f", Signature{}), m.Func("g", Signature{})
	f.Op(F32Add)
	f.Op(F64Add)
	f.Block(Void, func(Label) { f.I32(1) })
	g.Op(I32Add)
	_, err := m.Bytes()
	assert.ErrorContains(t, err, "f32.add")
	assert.ErrorContains(t, err, "i32.add")
	assert.NotContains(t, err.Error(), "f64.add")
	assert.NotContains(t, err.Error(), "block")
}

func TestBytesTwice(t *testing.T) {
	m := NewModule()
	f := m.Func("f", Signature{Results: Types{I32}})
	f.I32(1)
	first, err := m.Bytes()
	assert.NoError(t, err)
	second, err := m.Bytes()
	assert.NoError(t, err)
	assert.Equal(t, first, second)
	f.I32(2)
	_, err = m.Bytes()
	assert.ErrorContains(t, err, "i32.const after Module.Bytes")
}
