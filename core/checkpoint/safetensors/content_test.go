package safetensors

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// weights gives element i as ((37 i + 11 seed) mod 101 - 50) / 64, exact in float32.
func weights(name string, seed int, shape ...int) checkpoint.Tensor {
	n, _ := product(shape)
	t := checkpoint.Tensor{Name: name, Shape: append([]int{}, shape...), Data: make([]float32, n)}
	for i := range t.Data {
		t.Data[i] = float32((37*i+11*seed)%101-50) / 64
	}
	return t
}

// patterns gives a vector whose numbers have these bits.
func patterns(name string, bits ...uint32) checkpoint.Tensor {
	t := checkpoint.Tensor{Name: name, Shape: []int{len(bits)}, Data: make([]float32, len(bits))}
	for i, b := range bits {
		t.Data[i] = math.Float32frombits(b)
	}
	return t
}

// handMade wraps a header and numbers into a file.
func handMade(header, numbers string) []byte {
	file := make([]byte, prefix, prefix+len(header)+len(numbers))
	putUint32(file, 0, uint32(len(header)))
	return append(append(file, header...), numbers...)
}

func bitsOf(data []float32) []uint32 {
	bits := make([]uint32, len(data))
	for i, v := range data {
		bits[i] = math.Float32bits(v)
	}
	return bits
}

// same compares names, shapes, numbers bit for bit, and metadata; tensors in any order.
func same(a, b checkpoint.File) bool {
	if len(a.Tensors) != len(b.Tensors) || (a.Metadata == nil) != (b.Metadata == nil) || !maps.Equal(a.Metadata, b.Metadata) {
		return false
	}
	for _, t := range a.Tensors {
		u, ok := b.Tensor(t.Name)
		if !ok || !slices.Equal(t.Shape, u.Shape) || !slices.Equal(bitsOf(t.Data), bitsOf(u.Data)) {
			return false
		}
	}
	return true
}

func requireSame(t *testing.T, want, got checkpoint.File) {
	t.Helper()
	require.True(t, same(want, got), "want %v\ngot  %v", want, got)
}

// requireRefused checks what holds for every error of Read: nothing comes with it, and it says where.
func requireRefused(t *testing.T, file []byte, content checkpoint.File, err error) *checkpoint.Error {
	t.Helper()
	var fault *checkpoint.Error
	require.ErrorAs(t, err, &fault)
	require.Equal(t, checkpoint.File{}, content, "a part of a refused file came out")
	require.Equal(t, "safetensors", fault.Format)
	require.True(t, 0 <= fault.Offset && fault.Offset <= len(file), "offset %d of a file of %d", fault.Offset, len(file))
	require.Less(t, len(fault.Message), 1000)
	return fault
}

func TestSameSeesEveryDifference(t *testing.T) {
	make := func() checkpoint.File {
		return checkpoint.File{Tensors: []checkpoint.Tensor{weights("a", 1, 2, 3), weights("b", 2)}, Metadata: map[string]string{"k": "v"}}
	}
	require.True(t, same(make(), make()))
	for what, change := range map[string]func(f *checkpoint.File){
		"name":     func(f *checkpoint.File) { f.Tensors[0].Name = "c" },
		"shape":    func(f *checkpoint.File) { f.Tensors[0].Shape = []int{3, 2} },
		"sign":     func(f *checkpoint.File) { f.Tensors[0].Data[5] *= -1 },
		"count":    func(f *checkpoint.File) { f.Tensors = f.Tensors[:1] },
		"value":    func(f *checkpoint.File) { f.Metadata["k"] = "w" },
		"key":      func(f *checkpoint.File) { f.Metadata["l"] = "" },
		"metadata": func(f *checkpoint.File) { f.Metadata = nil },
	} {
		changed := make()
		change(&changed)
		assert.False(t, same(make(), changed), what)
	}
	nan, other := patterns("a", 0x7fc00000), patterns("a", 0x7fc00001)
	assert.False(t, same(checkpoint.File{Tensors: []checkpoint.Tensor{nan}}, checkpoint.File{Tensors: []checkpoint.Tensor{other}}))
}
