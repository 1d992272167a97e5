package asm

import (
	"encoding/binary"
	"math"
)

// F32x4 is the constant with these lanes, for [Func.V128].
func F32x4(lanes [4]float32) [16]byte {
	var bits [4]uint32
	for i, x := range lanes {
		bits[i] = math.Float32bits(x)
	}
	return I32x4(bits)
}

// I32x4 is the constant with these lanes, for [Func.V128].
func I32x4(lanes [4]uint32) [16]byte {
	var bytes [16]byte
	for i, x := range lanes {
		binary.LittleEndian.PutUint32(bytes[4*i:], x)
	}
	return bytes
}
