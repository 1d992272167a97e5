package asm

import (
	"errors"
	"fmt"
)

// Module is a WebAssembly module in the making. Imports come before what the module defines itself, because both share one
// numbering.
type Module struct {
	signatures []Signature
	imports    []importEntry
	funcs      []*Func // imported ones first, as everywhere in the numbering
	tables     []*Table
	memories   []*Memory
	globals    []*Global
	exports    []export
	elements   []elements
	data       []data
	faults     []error
}

// Table is a table of references.
type Table struct {
	module   *Module
	index    int
	imported bool
	element  Type
	limits   Limits
}

// Memory is a linear memory.
type Memory struct {
	module   *Module
	index    int
	imported bool
	limits   Limits
}

// Global is a global variable.
type Global struct {
	module   *Module
	index    int
	imported bool
	typ      Type
	mutable  bool
	initial  []byte
}

type importEntry struct {
	module, name string
	descriptor   func([]byte) []byte
}

type export struct {
	name  string
	kind  byte
	index int
}

type elements struct {
	table  *Table
	offset int32
	funcs  []*Func
}

type data struct {
	memory *Memory
	offset uint32
	bytes  []byte
}

const (
	kindFunc   = 0
	kindTable  = 1
	kindMemory = 2
	kindGlobal = 3

	maxPages = 1 << 16
)

// NewModule is an empty module.
func NewModule() *Module { return &Module{} }

func (m *Module) fail(format string, args ...any) {
	m.faults = append(m.faults, fault(format, args...))
}

// ImportFunc imports a function.
func (m *Module) ImportFunc(module, name string, s Signature) *Func {
	if len(m.funcs) > 0 && !m.funcs[len(m.funcs)-1].imported {
		m.fail("import of function %s.%s after the function %q: imports come first", module, name, m.funcs[len(m.funcs)-1].name)
	}
	f := &Func{module: m, index: len(m.funcs), name: name, signature: s, imported: true}
	m.funcs = append(m.funcs, f)
	typ := m.typeIndex(s)
	m.addImport(module, name, func(to []byte) []byte { return appendUnsigned(append(to, kindFunc), uint64(typ)) })
	return f
}

// ImportTable imports a table of at least the given limits.
func (m *Module) ImportTable(module, name string, element Type, l Limits) *Table {
	t := m.Table(element, l)
	t.imported = true
	if t.index > 0 && !m.tables[t.index-1].imported {
		m.fail("import of table %s.%s after a table of the module: imports come first", module, name)
	}
	m.addImport(module, name, func(to []byte) []byte { return l.encode(append(to, kindTable, byte(element))) })
	return t
}

// ImportMemory imports a memory of at least the given limits.
func (m *Module) ImportMemory(module, name string, l Limits) *Memory {
	memory := m.Memory(l)
	memory.imported = true
	m.addImport(module, name, func(to []byte) []byte { return l.encode(append(to, kindMemory)) })
	return memory
}

// ImportGlobal imports a global variable.
func (m *Module) ImportGlobal(module, name string, typ Type, mutable bool) *Global {
	g := m.addGlobal(typ, mutable, nil)
	g.imported = true
	if g.index > 0 && !m.globals[g.index-1].imported {
		m.fail("import of global %s.%s after a global of the module: imports come first", module, name)
	}
	m.addImport(module, name, func(to []byte) []byte { return append(to, kindGlobal, byte(typ), flag(mutable)) })
	return g
}

func (m *Module) addImport(module, name string, descriptor func([]byte) []byte) {
	m.imports = append(m.imports, importEntry{module, name, descriptor})
}

// Table defines a table.
func (m *Module) Table(element Type, l Limits) *Table {
	if !element.isReference() {
		m.fail("table of %s, want funcref or externref", element)
	}
	if !l.valid(1<<32 - 1) {
		m.fail("table limits: min %d is above max %d", l.Min, l.Max)
	}
	t := &Table{module: m, index: len(m.tables), element: element, limits: l}
	m.tables = append(m.tables, t)
	return t
}

// Memory defines a memory. A module has at most one, imported or its own.
func (m *Module) Memory(l Limits) *Memory {
	if len(m.memories) > 0 {
		m.fail("second memory: a module has at most one")
	}
	if !l.valid(maxPages) {
		m.fail("memory limits: min %d, max %d pages, want min ≤ max ≤ %d", l.Min, l.Max, maxPages)
	}
	memory := &Memory{module: m, index: len(m.memories), limits: l}
	m.memories = append(m.memories, memory)
	return memory
}

// GlobalI32, GlobalI64, GlobalF32 and GlobalF64 define a global variable with its initial value.
func (m *Module) GlobalI32(mutable bool, x int32) *Global {
	return m.addGlobal(I32, mutable, appendSigned([]byte{opI32Const}, int64(x)))
}

func (m *Module) GlobalI64(mutable bool, x int64) *Global {
	return m.addGlobal(I64, mutable, appendSigned([]byte{opI64Const}, x))
}

func (m *Module) GlobalF32(mutable bool, x float32) *Global {
	return m.addGlobal(F32, mutable, appendFloat32([]byte{opF32Const}, x))
}

func (m *Module) GlobalF64(mutable bool, x float64) *Global {
	return m.addGlobal(F64, mutable, appendFloat64([]byte{opF64Const}, x))
}

func (m *Module) addGlobal(typ Type, mutable bool, initial []byte) *Global {
	g := &Global{module: m, index: len(m.globals), typ: typ, mutable: mutable, initial: initial}
	m.globals = append(m.globals, g)
	return g
}

// Func defines a function; its body is emitted by the methods of the result. The name is for debuggers and errors; [Module.Export]
// makes it callable from outside.
func (m *Module) Func(name string, s Signature) *Func {
	f := &Func{module: m, index: len(m.funcs), name: name, signature: s}
	for _, t := range s.Params {
		f.addLocal(t)
	}
	f.controls = []control{{kind: "function", signature: Signature{Results: s.Results}}}
	m.typeIndex(s)
	m.funcs = append(m.funcs, f)
	return f
}

// Export makes a *Func, *Table, *Memory or *Global visible under a name.
func (m *Module) Export(name string, what any) {
	for _, e := range m.exports {
		if e.name == name {
			m.fail("second export named %q", name)
		}
	}
	e, owner := export{name: name}, (*Module)(nil)
	switch x := what.(type) {
	case *Func:
		e.kind, e.index, owner = kindFunc, x.index, x.module
	case *Table:
		e.kind, e.index, owner = kindTable, x.index, x.module
	case *Memory:
		e.kind, e.index, owner = kindMemory, x.index, x.module
	case *Global:
		e.kind, e.index, owner = kindGlobal, x.index, x.module
	default:
		m.fail("export %q of a %T, want a function, table, memory or global", name, what)
		return
	}
	if owner != m {
		m.fail("export %q belongs to another module", name)
	}
	m.exports = append(m.exports, e)
}

// Elements fills a table from offset on, when the module is instantiated.
func (m *Module) Elements(t *Table, offset int32, funcs ...*Func) {
	if t.module != m || t.element != FuncRef {
		m.fail("elements: want a funcref table of this module")
	}
	for _, f := range funcs {
		if f.module != m {
			m.fail("elements: function %q belongs to another module", f.name)
		}
	}
	m.elements = append(m.elements, elements{t, offset, funcs})
}

// Data fills memory from offset on, when the module is instantiated.
func (m *Module) Data(memory *Memory, offset uint32, bytes []byte) {
	if memory.module != m {
		m.fail("data: the memory belongs to another module")
	}
	m.data = append(m.data, data{memory, offset, bytes})
}

func (m *Module) typeIndex(s Signature) int {
	for i, have := range m.signatures {
		if have.equal(s) {
			return i
		}
	}
	m.signatures = append(m.signatures, s)
	return len(m.signatures) - 1
}

// Bytes is the finished module, or every fault met while it was written.
func (m *Module) Bytes() ([]byte, error) {
	faults := m.faults
	for _, f := range m.funcs {
		if err := f.finish(); err != nil {
			faults = append(faults, fmt.Errorf("function %q: %w", f.name, err))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return m.encode(), nil
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}
