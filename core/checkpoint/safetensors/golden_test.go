package safetensors

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

func golden(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return file
}

// canonicalTensors is what testdata/make_golden.py puts into canonical.safetensors.
func canonicalTensors() []checkpoint.Tensor {
	return []checkpoint.Tensor{
		weights("rnn.weight_ih_l0", 1, 8, 3),
		weights("rnn.weight_hh_l0", 2, 8, 2),
		weights("rnn.bias_ih_l0", 3, 8),
		weights("rnn.bias_hh_l0", 4, 8),
		weights("head.weight", 5, 3, 2),
		weights("head.bias", 6, 3),
		weights("empty", 7, 0, 2),
		weights("scalar", 8),
		patterns("special", 0x7fc00000, 0xffc12345, 0x7f800001, 0xffabcdef, 0x7f800000, 0xff800000,
			0x80000000, 0x00000001, 0x807fffff, 0x7f7fffff),
		weights("escaped \"\\/\b\f\n\r\t\x00\x1f\x7f", 9, 2),
		weights("é 文 😀 \u2028", 10, 1, 1, 2),
	}
}

// The official package's file is read right, and the same content gives the same bytes.
func TestCanonicalGolden(t *testing.T) {
	file := golden(t, "canonical.safetensors")
	content, err := Read(file)
	require.NoError(t, err)
	require.Contains(t, content.Metadata["made by"], "safetensors 0.8.0")
	require.Len(t, content.Metadata, 1)
	want := checkpoint.File{Tensors: canonicalTensors(), Metadata: content.Metadata}
	requireSame(t, want, content)

	written, err := Write(want)
	require.NoError(t, err)
	assert.Equal(t, file, written)
}

func TestDtypesGolden(t *testing.T) {
	content, err := Read(golden(t, "dtypes.safetensors"))
	require.NoError(t, err)

	f64 := checkpoint.Tensor{Name: "f64", Shape: []int{3, 4}}
	for i := range 12 {
		f64.Data = append(f64.Data, float32(float64(i)/3-2))
	}
	i64 := checkpoint.Tensor{Name: "i64", Shape: []int{7}, Data: []float32{0, 1, -1, 0x1p24, -0x1p24, 0x3p40, -0x1p63}}
	require.Len(t, content.Metadata, 3)
	requireSame(t, checkpoint.File{
		Metadata: map[string]string{"format": "pt", "rnn.vocab": `["a","\n","文"]`, "made by": content.Metadata["made by"]},
		Tensors: []checkpoint.Tensor{
			f64, i64, weights("f32", 1, 3, 4),
			// 1, -2, 1/3, the smallest subnormal, the largest one, the largest number, -0, infinities, a NaN
			patterns("bf16", 0x3f800000, 0xc0000000, 0x3eab0000, 0x00010000, 0x807f0000, 0x7f7f0000,
				0x80000000, 0x7f800000, 0xff800000, 0x7fc10000),
			patterns("f16", 0x3f800000, 0xc0000000, 0x3eaaa000, 0x33800000, 0xb87fc000, 0x477fe000,
				0x80000000, 0x7f800000, 0xff800000, 0x7fc02000),
		},
	}, content)
}
