package asm

import (
	"encoding/binary"
	"math"
)

// appendUnsigned appends LEB128: seven bits a byte, low bits first, the top bit set while more follow.
func appendUnsigned(to []byte, x uint64) []byte {
	for x >= 0x80 {
		to = append(to, byte(x)|0x80)
		x >>= 7
	}
	return append(to, byte(x))
}

// appendSigned appends signed LEB128: it ends when the rest is the sign of the last byte's bit 6.
func appendSigned(to []byte, x int64) []byte {
	for x < -0x40 || x >= 0x40 {
		to = append(to, byte(x)|0x80)
		x >>= 7
	}
	return append(to, byte(x&0x7f))
}

func appendName(to []byte, name string) []byte {
	return append(appendUnsigned(to, uint64(len(name))), name...)
}

func appendFloat32(to []byte, x float32) []byte {
	return binary.LittleEndian.AppendUint32(to, math.Float32bits(x))
}

func appendFloat64(to []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(to, math.Float64bits(x))
}

// appendVector appends a counted list.
func appendVector[T any](to []byte, list []T, item func([]byte, T) []byte) []byte {
	to = appendUnsigned(to, uint64(len(list)))
	for _, x := range list {
		to = item(to, x)
	}
	return to
}

// appendSection appends a section unless it has nothing in it.
func appendSection(to []byte, id byte, content []byte) []byte {
	if len(content) == 0 {
		return to
	}
	return append(appendUnsigned(append(to, id), uint64(len(content))), content...)
}
