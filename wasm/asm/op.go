package asm

import "strings"

// Op is an instruction with a fixed type: what it takes from the operand stack and what it leaves there. The package's
// variables name them as the specification does, in Go's spelling: F32x4Add is f32x4.add. Instructions without further
// immediates are emitted by [Func.Op]; loads and stores by [Func.Load] and [Func.Store], lane instructions by [Func.Lane],
// [Func.LoadLane] and [Func.StoreLane].
type Op struct {
	name   string
	code   uint32 // a prefix byte (0xfc, 0xfd) stands above the number
	pops   []Type
	pushes []Type
	bytes  uint32 // memory that a load or store touches
	lanes  byte   // lanes that a lane immediate chooses from
}

// String is the specification's name.
func (o *Op) String() string { return o.name }

var ops []*Op

// Ops lists every Op of the package in the order of the source files.
func Ops() []*Op { return ops }

type opOption func(*Op)

func access(bytes uint32) opOption { return func(o *Op) { o.bytes = bytes } }
func lanes(n byte) opOption        { return func(o *Op) { o.lanes = n } }

// define reads a signature such as "ff:f": operands, then results; i l f d v stand for i32 i64 f32 f64 v128.
func define(name string, code uint32, signature string, options ...opOption) *Op {
	pops, pushes, _ := strings.Cut(signature, ":")
	o := &Op{name: name, code: code, pops: typesOf(pops), pushes: typesOf(pushes)}
	for _, option := range options {
		option(o)
	}
	ops = append(ops, o)
	return o
}

func typesOf(letters string) []Type {
	var types []Type
	for _, letter := range letters {
		types = append(types, map[rune]Type{'i': I32, 'l': I64, 'f': F32, 'd': F64, 'v': V128}[letter])
	}
	return types
}

// encode appends the opcode: one byte, or a prefix and the number as LEB128.
func (o *Op) encode(to []byte) []byte {
	switch {
	case o.code < 0x100:
		return append(to, byte(o.code))
	case o.code < 0x10000:
		return appendUnsigned(append(to, byte(o.code>>8)), uint64(o.code&0xff))
	default:
		return appendUnsigned(append(to, byte(o.code>>12)), uint64(o.code&0xfff))
	}
}
