package asm

import "slices"

const opEnd = 0x0b

// encode writes the sections in the order that the specification asks for.
func (m *Module) encode() []byte {
	out := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	section := func(id byte, count int, content func([]byte) []byte) {
		if count > 0 {
			out = appendSection(out, id, content(nil))
		}
	}
	defined := own(m.funcs, func(f *Func) bool { return f.imported })
	tables := own(m.tables, func(t *Table) bool { return t.imported })
	memories := own(m.memories, func(x *Memory) bool { return x.imported })
	globals := own(m.globals, func(g *Global) bool { return g.imported })

	section(1, len(m.signatures), func(b []byte) []byte { return appendVector(b, m.signatures, appendSignature) })
	section(2, len(m.imports), func(b []byte) []byte {
		return appendVector(b, m.imports, func(b []byte, i importEntry) []byte {
			return i.descriptor(appendName(appendName(b, i.module), i.name))
		})
	})
	section(3, len(defined), func(b []byte) []byte {
		return appendVector(b, defined, func(b []byte, f *Func) []byte { return appendUnsigned(b, uint64(m.typeIndex(f.signature))) })
	})
	section(4, len(tables), func(b []byte) []byte {
		return appendVector(b, tables, func(b []byte, t *Table) []byte { return t.limits.encode(append(b, byte(t.element))) })
	})
	section(5, len(memories), func(b []byte) []byte {
		return appendVector(b, memories, func(b []byte, x *Memory) []byte { return x.limits.encode(b) })
	})
	section(6, len(globals), func(b []byte) []byte {
		return appendVector(b, globals, func(b []byte, g *Global) []byte {
			return append(append(append(b, byte(g.typ), flag(g.mutable)), g.initial...), opEnd)
		})
	})
	section(7, len(m.exports), func(b []byte) []byte {
		return appendVector(b, m.exports, func(b []byte, e export) []byte {
			return appendUnsigned(append(appendName(b, e.name), e.kind), uint64(e.index))
		})
	})
	section(9, len(m.elements), func(b []byte) []byte { return appendVector(b, m.elements, appendElements) })
	section(10, len(defined), func(b []byte) []byte {
		return appendVector(b, defined, func(b []byte, f *Func) []byte {
			body := f.encodeBody()
			return append(appendUnsigned(b, uint64(len(body))), body...)
		})
	})
	section(11, len(m.data), func(b []byte) []byte { return appendVector(b, m.data, appendData) })
	section(0, len(m.funcs), func(b []byte) []byte { return m.appendNames(b) })
	return out
}

// own leaves out what is imported.
func own[T any](all []T, imported func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), imported)
}

func appendSignature(b []byte, s Signature) []byte {
	b = append(b, 0x60)
	appendType := func(b []byte, t Type) []byte { return append(b, byte(t)) }
	return appendVector(appendVector(b, s.Params, appendType), s.Results, appendType)
}

func appendElements(b []byte, e elements) []byte {
	if e.table.index == 0 {
		b = append(b, 0)
	} else {
		b = appendUnsigned(append(b, 2), uint64(e.table.index))
	}
	b = append(appendSigned(append(b, opI32Const), int64(e.offset)), opEnd)
	if e.table.index != 0 {
		b = append(b, 0) // the kind of elements: functions
	}
	return appendVector(b, e.funcs, func(b []byte, f *Func) []byte { return appendUnsigned(b, uint64(f.index)) })
}

func appendData(b []byte, d data) []byte {
	b = append(appendSigned(append(b, 0, opI32Const), int64(int32(d.offset))), opEnd)
	return append(appendUnsigned(b, uint64(len(d.bytes))), d.bytes...)
}

// appendNames writes the custom section "name" with the functions' names, for debuggers and profilers.
func (m *Module) appendNames(b []byte) []byte {
	names := appendVector(nil, m.funcs, func(b []byte, f *Func) []byte {
		return appendName(appendUnsigned(b, uint64(f.index)), f.name)
	})
	return appendSection(appendName(b, "name"), 1, names)
}
