package data

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/random"
)

// Buckets puts sequences of unlike length into batches of similar length, so that little padding is computed: every
// epoch the sequences are shuffled, sorted by length within pools of many batches, and the batches shuffled again.
type Buckets struct {
	lengths []int32
	batch   int
	source  *random.Source
	order   []int
	batches [][]int
	next    int
}

// poolBatches is the number of batches sorted together: the larger, the less padding and the less chance.
const poolBatches = 32

// NewBuckets makes batches of at most so many sequences; lengths has at least one entry.
func NewBuckets(lengths []int32, batch int, source *random.Source) *Buckets {
	b := &Buckets{lengths: lengths, batch: batch, source: source}
	for i := range lengths {
		b.order = append(b.order, i)
	}
	b.next = b.PerEpoch()
	return b
}

// PerEpoch is the number of batches in an epoch, the last of which may be smaller.
func (b *Buckets) PerEpoch() int { return (len(b.lengths) + b.batch - 1) / b.batch }

// Next gives the sequences of the next batch; the slice is valid until the call after.
func (b *Buckets) Next() []int {
	if b.next == b.PerEpoch() {
		b.shuffle()
		b.next = 0
	}
	b.next++
	return b.batches[b.next-1]
}

func (b *Buckets) shuffle() {
	for i := len(b.order) - 1; i > 0; i-- {
		j := b.source.Intn(i + 1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
	b.batches = b.batches[:0]
	for pool := b.order; len(pool) > 0; {
		n := min(len(pool), poolBatches*b.batch)
		slices.SortStableFunc(pool[:n], func(i, j int) int { return int(b.lengths[i]) - int(b.lengths[j]) })
		for part := pool[:n]; len(part) > 0; {
			k := min(len(part), b.batch)
			b.batches = append(b.batches, part[:k])
			part = part[k:]
		}
		pool = pool[n:]
	}
	for i := len(b.batches) - 1; i > 0; i-- {
		j := b.source.Intn(i + 1)
		b.batches[i], b.batches[j] = b.batches[j], b.batches[i]
	}
}
