package simd

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

// What the kernels compute is tested in core/kernel, against the portable bodies.

func TestShimTrapsUntilTheTableIsFilled(t *testing.T) {
	code, err := Shim()
	require.NoError(t, err)
	runtime := wazero.NewRuntime(context.Background())
	defer runtime.Close(context.Background())
	shim, err := runtime.Instantiate(context.Background(), code)
	require.NoError(t, err)
	for _, entry := range table.Kernels() {
		f := shim.ExportedFunction(entry.Name)
		require.NotNil(t, f, entry.Name)
		assert.Len(t, f.Definition().ParamTypes(), len(entry.Params))
		_, err := f.Call(context.Background(), make([]uint64, len(entry.Params))...)
		assert.ErrorContains(t, err, "invalid table access", entry.Name)
	}
}

func TestModulesAreReproducible(t *testing.T) {
	for _, relaxed := range []bool{false, true} {
		first, err := Kernels(relaxed)
		require.NoError(t, err)
		second, err := Kernels(relaxed)
		require.NoError(t, err)
		assert.Equal(t, first, second)
	}
	plain, err := Kernels(false)
	require.NoError(t, err)
	relaxed, err := Kernels(true)
	require.NoError(t, err)
	assert.NotEqual(t, plain, relaxed)
}

func TestPeakCountsItsWork(t *testing.T) {
	code, err := Peak(false)
	require.NoError(t, err)
	runtime := wazero.NewRuntime(context.Background())
	defer runtime.Close(context.Background())
	peak, err := runtime.Instantiate(context.Background(), code)
	require.NoError(t, err)
	flop, err := peak.ExportedFunction("flop").Call(context.Background())
	require.NoError(t, err)
	assert.Equal(t, uint64(14*4*2), flop[0], "14 chains of 4 lanes, a multiply and an add each")
	result, err := peak.ExportedFunction("peak").Call(context.Background(), 1000)
	require.NoError(t, err)
	// Each chain ends at its fixed point x/(1-x), x = 1000·2^-40, whatever it began with.
	x := float64(1000) * 0x1p-40
	assert.InEpsilon(t, 14*4*x/(1-x), float64(math.Float32frombits(uint32(result[0]))), 1e-4)
}
