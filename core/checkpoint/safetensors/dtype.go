package safetensors

import (
	"math"
	"math/bits"
)

// A dtype is a kind of number that [Read] understands. decode turns src, len(dst) numbers of size bytes, into
// dst and gives len(dst), or the index of the first number that float32 cannot stand for.
type dtype struct {
	name   string
	size   int    // bytes
	many   string // what a message calls several of them
	decode func(dst []float32, src []byte) int
}

var dtypes = [...]dtype{
	{"F32", 4, "floats", decodeF32},
	{"F64", 8, "doubles", decodeF64},
	{"F16", 2, "half floats", decodeF16},
	{"BF16", 2, "bfloats", decodeBF16},
	{"I64", 8, "integers", decodeI64},
}

const readable = "F32, F64, F16, BF16 or I64"

func decodeF32(dst []float32, src []byte) int {
	for i := range dst {
		dst[i] = math.Float32frombits(uint32At(src, 4*i))
	}
	return len(dst)
}

// decodeF64 rounds to nearest even. A finite number that would round to an infinity is refused.
func decodeF64(dst []float32, src []byte) int {
	for i := range dst {
		wide := math.Float64frombits(uint64At(src, 8*i))
		dst[i] = float32(wide)
		if math.IsInf(float64(dst[i]), 0) && !math.IsInf(wide, 0) {
			return i
		}
	}
	return len(dst)
}

func decodeF16(dst []float32, src []byte) int {
	for i := range dst {
		dst[i] = fromHalf(uint16At(src, 2*i))
	}
	return len(dst)
}

// decodeBF16: a bfloat16 is the upper half of a float32.
func decodeBF16(dst []float32, src []byte) int {
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(uint16At(src, 2*i)) << 16)
	}
	return len(dst)
}

// decodeI64 refuses integers that float32, with its 24 bits of mantissa, does not hold exactly.
func decodeI64(dst []float32, src []byte) int {
	for i := range dst {
		n := int64(uint64At(src, 8*i))
		magnitude := uint64(n)
		if n < 0 {
			magnitude = -magnitude
		}
		if magnitude != 0 && bits.Len64(magnitude)-bits.TrailingZeros64(magnitude) > 24 {
			return i
		}
		dst[i] = float32(n)
	}
	return len(dst)
}

// fromHalf widens an IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. Exact for every
// pattern; the bits of a NaN become the upper fraction bits of the wider NaN.
func fromHalf(half uint16) float32 {
	sign := uint32(half>>15) << 31
	exponent := uint32(half >> 10 & 0x1f)
	fraction := uint32(half & 0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction · 2^-24
		wide := float32(fraction) * 0x1p-24
		return math.Float32frombits(sign | math.Float32bits(wide))
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

func uint16At(b []byte, i int) uint16 {
	_ = b[i+1]
	return uint16(b[i]) | uint16(b[i+1])<<8
}

func uint32At(b []byte, i int) uint32 {
	_ = b[i+3]
	return uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24
}

func uint64At(b []byte, i int) uint64 {
	return uint64(uint32At(b, i)) | uint64(uint32At(b, i+4))<<32
}

func putUint32(b []byte, i int, v uint32) {
	_ = b[i+3]
	b[i], b[i+1], b[i+2], b[i+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}
