package loss

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCrossEntropyOfHandWorkedRows(t *testing.T) {
	// Row 0: softmax(0, ln 2, ln 5) = (1, 2, 5)/8 with y = 2; row 1: uniform over 3 with y = 0.
	logits := []float32{0, float32(math.Log(2)), float32(math.Log(5)), 4, 4, 4}
	var c CrossEntropy
	got := c.Gradient(logits, Targets{IDs: []int32{2, 0}}, []float32{0.5, 0.25}, 3)

	assert.InDelta(t, 0.5*math.Log(8.0/5)+0.25*math.Log(3), got, 1e-7)
	want := []float32{0.5 / 8, 1.0 / 8, 0.5 * (5.0/8 - 1), 0.25 * (1.0/3 - 1), 0.25 / 3, 0.25 / 3}
	assert.InDeltaSlice(t, want, logits, 1e-7)
}

func TestCrossEntropyOfLargeLogitsStaysFinite(t *testing.T) {
	logits := []float32{1e4, -1e4}
	var c CrossEntropy
	got := c.Gradient(logits, Targets{IDs: []int32{1}}, []float32{1}, 2)
	assert.InDelta(t, 2e4, got, 1e-9)
	assert.Equal(t, []float32{1, -1}, logits)
}

func TestCrossEntropyOfNaNIsNaN(t *testing.T) {
	logits := []float32{float32(math.NaN()), 0}
	var c CrossEntropy
	assert.True(t, math.IsNaN(c.Gradient(logits, Targets{IDs: []int32{1}}, []float32{1}, 2)))
}
