package safetensors

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// fourKiB is a model's file of exactly 4,096 bytes and what it holds.
func fourKiB(t *testing.T) ([]byte, checkpoint.File) {
	t.Helper()
	content := checkpoint.File{
		Tensors: []checkpoint.Tensor{
			weights("rnn.weight_ih_l0", 1, 32, 9), weights("rnn.weight_hh_l0", 2, 32, 8), weights("rnn.bias_ih_l0", 3, 32),
			weights("rnn.bias_hh_l0", 4, 32), weights("head.weight", 5, 9, 8), weights("head.bias", 6, 9),
			weights("none", 7, 0, 2), weights("scalar", 8),
		},
		Metadata: map[string]string{"format": "pt", "rnn.vocab": "[\"a\",\"\\n\",\"文\"]\n", "pad": ""},
	}
	file, err := Write(content)
	require.NoError(t, err)
	numbers := make([]float32, (4096-len(file))/4-16)
	content.Tensors = append(content.Tensors, checkpoint.Tensor{Name: "z", Shape: []int{len(numbers)}, Data: numbers})
	file, err = Write(content)
	require.NoError(t, err)
	for range 4096 - len(file) {
		content.Metadata["pad"] += "x"
	}
	file, err = Write(content)
	require.NoError(t, err)
	require.Len(t, file, 4096)
	return file, content
}

func TestEveryTruncationIsRefused(t *testing.T) {
	file, _ := fourKiB(t)
	for length := range file {
		content, err := Read(file[:length:length])
		requireRefused(t, file[:length], content, err)
	}
}

// A flipped bit is refused or makes another valid content. The format has no checksum, so a flip in the numbers is
// always the latter: it must change exactly that number.
func TestEveryFlippedBitIsSeen(t *testing.T) {
	file, content := fourKiB(t)
	start := prefix + int(uint64At(file, 0))
	refused, changed := 0, 0
	for bit := range 8 * len(file) {
		file[bit/8] ^= 1 << (bit % 8)
		other, err := Read(file)
		if err != nil {
			requireRefused(t, file, other, err)
			require.Less(t, bit/8, start, "a number was refused")
			refused++
		} else {
			require.False(t, same(content, other), "bit %d of byte %d does nothing", bit%8, bit/8)
			again, err := Write(other)
			require.NoError(t, err)
			back, err := Read(again)
			require.NoError(t, err)
			requireSame(t, other, back)
			changed++
		}
		file[bit/8] ^= 1 << (bit % 8)
	}
	back, err := Read(file)
	require.NoError(t, err)
	requireSame(t, content, back)
	assert.Equal(t, 8*4096, refused+changed)
	assert.Greater(t, changed, 8*(len(file)-start), "flips within names make other names")
	assert.Greater(t, refused, 4*start, "most of a header is not free to change")
	t.Logf("%d header bytes: %d flips refused, %d make another content", start, refused, changed)
}

// The same for the other dtypes, where a flip may be rounded away.
func TestFlippedBitsOfEveryDtype(t *testing.T) {
	file := golden(t, "dtypes.safetensors")
	refused := 0
	for bit := range 8 * len(file) {
		file[bit/8] ^= 1 << (bit % 8)
		content, err := Read(file)
		if err != nil {
			requireRefused(t, file, content, err)
			refused++
		} else {
			require.Len(t, content.Tensors, 5)
		}
		file[bit/8] ^= 1 << (bit % 8)
	}
	assert.Greater(t, refused, len(file))
	for length := range file {
		content, err := Read(file[:length:length])
		requireRefused(t, file[:length], content, err)
	}
}
