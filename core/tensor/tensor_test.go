package tensor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestArenaLaysTensorsEndToEnd(t *testing.T) {
	var table Table
	w := table.Add("w", 2, 3)
	b := table.Add("b", 2)
	scalar := table.Add("scalar")
	require.Equal(t, 9, table.Size())

	a := NewArena(&table)
	for i := range a.Data {
		a.Data[i] = float32(i)
	}
	assert.Equal(t, []float32{0, 1, 2, 3, 4, 5}, a.Of(w))
	assert.Equal(t, []float32{6, 7}, a.Named("b"))
	assert.Equal(t, []float32{8}, a.Of(scalar))
	assert.Nil(t, a.Named("absent"))

	view := a.Of(b)
	assert.Equal(t, len(view), cap(view), "appending to a view must not reach its neighbour")
	view[0] = -1
	assert.Equal(t, float32(-1), a.Data[6], "a view is not a copy")
}

func TestTableRefusesWhatCannotBe(t *testing.T) {
	var table Table
	table.Add("w", 2)
	assert.PanicsWithValue(t, `tensor: "w" is in the table already`, func() { table.Add("w", 3) })
	assert.PanicsWithValue(t, `tensor: "v" has shape [2 -1]`, func() { table.Add("v", 2, -1) })
}

func TestGrowKeepsMemoryThatFits(t *testing.T) {
	buf := make([]float32, 4, 8)
	assert.Same(t, &buf[0], &Grow(buf, 8)[0])
	assert.Len(t, Grow(buf, 9), 9)
}
