package data

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/unfold-rnn/unfold/core/random"
)

func TestBucketsGiveEverySequenceOnceAnEpoch(t *testing.T) {
	lengths := make([]int32, 1003)
	for i := range lengths {
		lengths[i] = int32(1 + i*i%97)
	}
	b := NewBuckets(lengths, 10, random.New(1, random.Batching))
	assert.Equal(t, 101, b.PerEpoch())
	var first []int
	for epoch := range 3 {
		came, padded, valid := map[int]int{}, 0, 0
		for n := range b.PerEpoch() {
			batch := append([]int(nil), b.Next()...)
			if n == 0 && epoch == 0 {
				first = batch
			} else if n == 0 {
				assert.NotEqual(t, first, batch, "epochs differ")
			}
			longest := 0
			for _, i := range batch {
				came[i]++
				valid += int(lengths[i])
				longest = max(longest, int(lengths[i]))
			}
			padded += longest * len(batch)
		}
		assert.Len(t, came, 1003)
		for i, n := range came {
			assert.Equal(t, 1, n, "sequence %d", i)
		}
		assert.Less(t, float64(padded), 1.15*float64(valid), "batches hold sequences of similar length")
	}
}
