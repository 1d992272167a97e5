package checkpoint

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileFindsTensorsByName(t *testing.T) {
	f := File{Tensors: []Tensor{
		{Name: "head.bias", Shape: []int{2}, Data: []float32{1, 2}},
		{Name: "", Shape: []int{}, Data: []float32{3}},
	}}
	found, ok := f.Tensor("head.bias")
	require.True(t, ok)
	assert.Equal(t, f.Tensors[0], found)
	found, ok = f.Tensor("")
	require.True(t, ok)
	assert.Equal(t, f.Tensors[1], found)
	_, ok = f.Tensor("head.weight")
	assert.False(t, ok)
}

func TestErrorNamesItsFormat(t *testing.T) {
	var err error = &Error{Format: "safetensors", Offset: 8, Message: "byte 8: want '{'"}
	assert.EqualError(t, err, "safetensors: byte 8: want '{'")
}
