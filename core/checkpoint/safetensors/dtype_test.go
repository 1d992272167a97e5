package safetensors

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// narrow is the value of a binary format of 16 bits by its definition, in float64.
func narrow(pattern uint16, fractionBits int) float64 {
	exponentBits := 15 - fractionBits
	bias := 1<<(exponentBits-1) - 1
	exponent := int(pattern) >> fractionBits & (1<<exponentBits - 1)
	fraction := float64(int(pattern) & (1<<fractionBits - 1))
	value := 0.0
	switch {
	case exponent == 1<<exponentBits-1 && fraction == 0:
		value = math.Inf(1)
	case exponent == 1<<exponentBits-1:
		return math.NaN()
	case exponent == 0:
		value = math.Ldexp(fraction, 1-bias-fractionBits)
	default:
		value = math.Ldexp(fraction+math.Ldexp(1, fractionBits), exponent-bias-fractionBits)
	}
	if pattern>>15 == 1 {
		value = math.Copysign(value, -1)
	}
	return value
}

// Every pattern of the two 16-bit formats, through a whole file: the exact value, and of NaNs sign and payload.
func TestSixteenBitsAreWidenedExactly(t *testing.T) {
	numbers := make([]byte, 2<<16)
	for pattern := range 1 << 16 {
		numbers[2*pattern], numbers[2*pattern+1] = byte(pattern), byte(pattern>>8)
	}
	for name, fractionBits := range map[string]int{"F16": 10, "BF16": 7} {
		header := fmt.Sprintf(`{"x":{"dtype":%q,"shape":[65536],"data_offsets":[0,131072]}}`, name)
		content, err := Read(handMade(header, string(numbers)))
		require.NoError(t, err)
		nans := 0
		for i, got := range content.Tensors[0].Data {
			pattern := uint16(i)
			want := narrow(pattern, fractionBits)
			if math.IsNaN(want) {
				nans++
				bits := uint32(pattern>>15)<<31 | 0xff<<23 | uint32(pattern&(1<<fractionBits-1))<<(23-fractionBits)
				if math.Float32bits(got) != bits {
					t.Fatalf("%s %#04x: %#08x, want %#08x", name, pattern, math.Float32bits(got), bits)
				}
				continue
			}
			if math.Float64bits(float64(got)) != math.Float64bits(want) {
				t.Fatalf("%s %#04x: %v, want %v", name, pattern, got, want)
			}
		}
		assert.Equal(t, 2*(1<<fractionBits-1), nans)
	}
}

func little(patterns ...uint64) string {
	var out []byte
	for _, p := range patterns {
		out = append(out, byte(p), byte(p>>8), byte(p>>16), byte(p>>24), byte(p>>32), byte(p>>40), byte(p>>48), byte(p>>56))
	}
	return string(out)
}

func one64(dtype string, pattern uint64) []byte {
	return handMade(`{"pad":{"dtype":"`+dtype+`","shape":[2],"data_offsets":[0,16]},`+
		`"x":{"dtype":"`+dtype+`","shape":[1,2],"data_offsets":[16,32]}}`, little(0, 0, 0, pattern))
}

func TestDoublesAreRounded(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1.0 / 3, 0x1.000001p0, 0x1.000003p0, 0x1.0000010000001p0,
		math.MaxFloat32, 0x1.fffffefffffffp127, 0x1p-149, 0x1p-150, 0x1.8p-149, 5e-324, math.Inf(1), math.Inf(-1)} {
		content, err := Read(one64("F64", math.Float64bits(v)))
		require.NoError(t, err, "%x", v)
		assert.Equal(t, math.Float32bits(float32(v)), math.Float32bits(content.Tensors[1].Data[1]), "%x", v)
	}
	content, err := Read(one64("F64", 0x7ff8000000000001))
	require.NoError(t, err)
	assert.True(t, math.IsNaN(float64(content.Tensors[1].Data[1])))

	for _, v := range []float64{0x1.ffffffp127, -0x1.ffffffp127, 1e300, math.MaxFloat64} {
		file := one64("F64", math.Float64bits(v))
		content, err := Read(file)
		fault := requireRefused(t, file, content, err)
		assert.Equal(t, len(file)-8, fault.Offset)
		assert.EqualError(t, err, fmt.Sprintf(`safetensors: tensor "x": number 1 (F64 at byte %d) does not fit float32`, len(file)-8))
	}
}

func TestIntegersAreExactOrRefused(t *testing.T) {
	for n, fits := range map[int64]bool{
		0: true, 1: true, -1: true, 1<<24 - 1: true, 1 << 24: true, 1<<24 + 1: false, 1<<24 + 2: true, -1<<24 - 1: false,
		1<<25 - 1: false, (1<<24 - 1) << 39: true, (1<<24 - 1) << 38: true, 1 << 62: true, 1<<62 + 1: false,
		math.MaxInt64: false, math.MinInt64: true, math.MinInt64 + 1: false, 1234567890123: false,
	} {
		file := one64("I64", uint64(n))
		content, err := Read(file)
		if fits {
			require.NoError(t, err, n)
			assert.Equal(t, float64(n), float64(content.Tensors[1].Data[1]))
			continue
		}
		requireRefused(t, file, content, err)
		assert.EqualError(t, err, fmt.Sprintf(`safetensors: tensor "x": number 1 (I64 at byte %d) does not fit float32`, len(file)-8))
	}
}
