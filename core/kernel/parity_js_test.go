package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

// relaxedUlps is how far a fused multiply-add may move a result away from the portable one, in ulps of the largest number
// of its buffer: sums of up to 67 terms.
const relaxedUlps = 64

// TestLinkedEqualsPortable calls what the host has linked, through Go's imports: SIMD has the portable bits, relaxed SIMD is
// near.
func TestLinkedEqualsPortable(t *testing.T) {
	if !linked {
		t.Skip("the host has linked no kernels")
	}
	eachCase(t, func(t *testing.T, kernel table.Kernel, build func() []any) {
		want, got := build(), build()
		x := callGo(bodies[kernel.Name].portable, want)
		y := callGo(bodies[kernel.Name].dispatched, got)
		// Squares of float32 are exact in float64, so not even fusing could change their sum.
		assert.True(t, math.Float64bits(x) == math.Float64bits(y) || x != x && y != y, "portable %g, linked %g", x, y)
		if Variant() == RelaxedSIMD {
			assertNear(t, want, got)
			return
		}
		assertSame(t, want, got)
	})
}

// assertNear holds guards and gaps bit by bit. Cases with numbers so large that a fused product survives where a rounded
// one overflows, are judged by their guards only.
func assertNear(t *testing.T, want, got []any) {
	t.Helper()
	theirs, tame := buffers(got), true
	var largest float64
	for _, b := range buffers(want) {
		for _, x := range b.data {
			if math.Float32bits(x) != guard {
				tame = tame && math.Abs(float64(x)) < 1e15
				largest = max(largest, math.Abs(float64(x)))
			}
		}
	}
	tolerance := relaxedUlps * math.Max(largest, 1) * 0x1p-24
	for i, b := range buffers(want) {
		for j, x := range b.whole {
			y := theirs[i].whole[j]
			isGuard := math.Float32bits(x) == guard
			if isGuard && math.Float32bits(y) != guard || !isGuard && tame && !(math.Abs(float64(x)-float64(y)) <= tolerance) {
				assert.Fail(t, fmt.Sprintf("buffer %d float %d: portable %g, linked %g, tolerance %g", i, j, x, y, tolerance))
				return
			}
		}
	}
}
