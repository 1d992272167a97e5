//go:build !js

package kernel

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/unfold-rnn/unfold/core/kernel/table"
	"github.com/unfold-rnn/unfold/wasm/asm"
	"github.com/unfold-rnn/unfold/wasm/simd"
)

// host runs the SIMD kernels natively, in a memory of its own.
type host struct {
	context context.Context
	memory  api.Memory
	kernels api.Module
}

var startHost = sync.OnceValues(func() (*host, error) {
	h := &host{context: context.Background()}
	runtime := wazero.NewRuntime(h.context)
	shim, err := simd.Shim()
	if err != nil {
		return nil, err
	}
	kernels, err := simd.Kernels(false)
	if err != nil {
		return nil, err
	}
	m := asm.NewModule()
	m.Export("mem", m.Memory(asm.Limits{Min: memoryPages}))
	memory, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		code []byte
	}{{"go", memory}, {"shim", shim}, {"kernels", kernels}} {
		if h.kernels, err = runtime.InstantiateWithConfig(h.context, part.code, wazero.NewModuleConfig().WithName(part.name)); err != nil {
			return nil, err
		}
	}
	// Calls go the way Go's calls go: through the shim's table.
	h.memory = runtime.Module("go").Memory()
	h.kernels = runtime.Module("shim")
	return h, nil
})

// memoryPages is the size of the memory; there is nothing behind it.
const memoryPages = 64

// call copies the arguments into the memory, calls a kernel and copies the buffers back. The buffer last, unless nil, is put
// where its data ends with the memory, so that the engine traps a kernel that reads beyond it.
func (h *host) call(kernel table.Kernel, args []any, last *buffer) (float64, error) {
	next := uint32(64)
	place := map[*buffer]uint32{} // of data
	for _, b := range buffers(args) {
		before := uint32(4 * (len(b.whole) - 7 - len(b.data)))
		place[b] = next + before
		next += uint32(4 * len(b.whole))
		if b == last {
			place[b] = memoryPages<<16 - uint32(4*len(b.data))
		}
		h.copyBuffer(b, place[b], func(at uint32, x *float32) { h.memory.WriteUint32Le(at, math.Float32bits(*x)) })
	}
	var words []uint64
	for _, a := range args {
		switch a := a.(type) {
		case *buffer:
			words = append(words, uint64(place[a]))
		case []int32:
			words = append(words, uint64(next))
			for _, id := range a {
				h.memory.WriteUint32Le(next, uint32(id))
				next += 4
			}
		case int:
			words = append(words, api.EncodeI32(int32(a)))
		case float32:
			words = append(words, api.EncodeF32(a))
		}
	}
	results, err := h.kernels.ExportedFunction(kernel.Name).Call(h.context, words...)
	if err != nil {
		return 0, err
	}
	for b, at := range place {
		h.copyBuffer(b, at, func(at uint32, x *float32) {
			if bits, ok := h.memory.ReadUint32Le(at); ok {
				*x = math.Float32frombits(bits)
			}
		})
	}
	if len(results) == 0 {
		return 0, nil
	}
	return api.DecodeF64(results[0]), nil
}

// copyBuffer visits the floats of a buffer with their addresses, guards included.
func (h *host) copyBuffer(b *buffer, data uint32, visit func(at uint32, x *float32)) {
	first := data - uint32(4*(len(b.whole)-7-len(b.data)))
	for i := range b.whole {
		visit(first+uint32(4*i), &b.whole[i])
	}
}

// compareWithHost runs a case on both sides: with the buffers anywhere, then with each of them at the memory's end.
func compareWithHost(t *testing.T, h *host, kernel table.Kernel, build func() []any) {
	t.Helper()
	want := build()
	x := callGo(bodies[kernel.Name].portable, want)
	for last := -1; last < len(buffers(want)); last++ {
		got := build()
		var atEnd *buffer
		if last >= 0 {
			atEnd = buffers(got)[last]
		}
		y, err := h.call(kernel, got, atEnd)
		require.NoError(t, err, "buffer %d at the end of the memory", last)
		assertSame(t, want, got)
		if math.Float64bits(x) != math.Float64bits(y) && !(math.IsNaN(x) && math.IsNaN(y)) {
			assert.Fail(t, "results differ", "portable %g, linked %g", x, y)
		}
	}
}

func TestSIMDEqualsPortable(t *testing.T) {
	h, err := startHost()
	require.NoError(t, err)
	eachCase(t, func(t *testing.T, kernel table.Kernel, build func() []any) {
		compareWithHost(t, h, kernel, build)
	})
}

// TestSIMDProductsOfManyBlocks has shapes that pass the blocks of the product kernel.
func TestSIMDProductsOfManyBlocks(t *testing.T) {
	h, err := startHost()
	require.NoError(t, err)
	for _, kernel := range table.Kernels() {
		if !slices.Contains([]string{"product", "pack_left", "pack_left_transposed", "pack_columns", "transpose", "column_sums"}, kernel.Name) {
			continue
		}
		for i, size := range [][3]int{{33, 65, 300}, {100, 130, 1}, {1, 257, 256}, {2, 100, 70}, {3, 99, 33}, {70, 3, 513}, {67, 12, 64}, {36, 4, 9}} {
			compareWithHost(t, h, kernel, func() []any { return cases[kernel.Name](newGenerator(uint64(i), false), size[0], size[1], size[2]) })
		}
	}
}

// TestSIMDExportsTheTable holds the exports against the table, with their types.
func TestSIMDExportsTheTable(t *testing.T) {
	for _, relaxed := range []bool{false, true} {
		code, err := simd.Kernels(relaxed)
		require.NoError(t, err)
		if relaxed {
			continue // wazero cannot read relaxed instructions; Node instantiates this module in the tests under GOOS=js
		}
		runtime := wazero.NewRuntime(context.Background())
		compiled, err := runtime.CompileModule(context.Background(), code)
		require.NoError(t, err)
		exports := compiled.ExportedFunctions()
		assert.Len(t, exports, len(table.Kernels()))
		types := map[table.Kind]api.ValueType{table.Floats: api.ValueTypeI32, table.Integers: api.ValueTypeI32, table.Int: api.ValueTypeI32,
			table.Float: api.ValueTypeF32, table.Double: api.ValueTypeF64}
		for _, kernel := range table.Kernels() {
			require.Contains(t, exports, kernel.Name)
			var params, results []api.ValueType
			for _, p := range kernel.Params {
				params = append(params, types[p.Kind])
			}
			if kernel.Result != table.None {
				results = append(results, types[kernel.Result])
			}
			assert.Equal(t, params, exports[kernel.Name].ParamTypes(), kernel.Name)
			assert.Equal(t, results, append([]api.ValueType(nil), exports[kernel.Name].ResultTypes()...), kernel.Name)
		}
	}
}

// FuzzKernels compares the SIMD kernels with the portable bodies on drawn arguments.
func FuzzKernels(f *testing.F) {
	for i := range table.Kernels() {
		f.Add(byte(i), uint64(i), byte(i), byte(3*i), byte(5*i), i%2 == 0)
		f.Add(byte(i), uint64(i+99), byte(1), byte(67), byte(32), i%2 == 1)
	}
	h, err := startHost()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, index byte, seed uint64, m, n, k byte, special bool) {
		kernel := table.Kernels()[int(index)%len(table.Kernels())]
		compareWithHost(t, h, kernel, func() []any {
			return cases[kernel.Name](newGenerator(seed, special), int(m)%80, int(n), int(k))
		})
	})
}
