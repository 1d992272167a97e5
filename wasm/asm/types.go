package asm

import (
	"slices"
	"strings"
)

// Type is a value type.
type Type byte

const (
	I32       Type = 0x7f
	I64       Type = 0x7e
	F32       Type = 0x7d
	F64       Type = 0x7c
	V128      Type = 0x7b
	FuncRef   Type = 0x70
	ExternRef Type = 0x6f

	// unknown stands for what unreachable code leaves on the stack: it fits every type.
	unknown Type = 0
)

// String is the specification's name.
func (t Type) String() string {
	switch t {
	case I32:
		return "i32"
	case I64:
		return "i64"
	case F32:
		return "f32"
	case F64:
		return "f64"
	case V128:
		return "v128"
	case FuncRef:
		return "funcref"
	case ExternRef:
		return "externref"
	default:
		return "unknown"
	}
}

func (t Type) isNumeric() bool { return t >= V128 && t <= I32 }

func (t Type) isReference() bool { return t == FuncRef || t == ExternRef }

// Types is a list of value types.
type Types []Type

// String reads "[i32 f32]".
func (ts Types) String() string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.String()
	}
	return "[" + strings.Join(names, " ") + "]"
}

// Signature is the type of a function, or of a block.
type Signature struct{ Params, Results Types }

// String reads "[i32] -> [f32]".
func (s Signature) String() string { return s.Params.String() + " -> " + s.Results.String() }

func (s Signature) equal(to Signature) bool {
	return slices.Equal(s.Params, to.Params) && slices.Equal(s.Results, to.Results)
}

// Limits bounds a memory (in pages of 64 KiB) or a table (in elements). Without HasMax it may grow as far as the host lets it.
type Limits struct {
	Min, Max uint32
	HasMax   bool
}

func (l Limits) encode(to []byte) []byte {
	if !l.HasMax {
		return appendUnsigned(append(to, 0), uint64(l.Min))
	}
	return appendUnsigned(appendUnsigned(append(to, 1), uint64(l.Min)), uint64(l.Max))
}

func (l Limits) valid(ceiling uint32) bool {
	return l.Min <= ceiling && (!l.HasMax || l.Max <= ceiling && l.Min <= l.Max)
}
