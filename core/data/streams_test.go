package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/random"
)

func counting(n int) []int32 {
	tokens := make([]int32, n)
	for i := range tokens {
		tokens[i] = int32(i)
	}
	return tokens
}

func TestStreamsGoOnWhereTheyEnded(t *testing.T) {
	const batch, steps = 3, 4
	s, err := NewStreams(counting(40), batch, steps, steps, random.New(1, random.Batching))
	require.NoError(t, err)
	assert.Equal(t, 3, s.WindowsPerEpoch())

	inputs, targets := make([]int32, batch*steps), make([]int32, batch*steps)
	next := make([]int32, batch) // what each stream must go on with
	starts := map[int32]bool{}
	for window := range 60 {
		first := s.Next(inputs, targets)
		assert.Equal(t, window%3 == 0, first, "window %d", window)
		for b := range batch {
			if first {
				next[b] = inputs[b]
			}
			for k := range steps {
				assert.Equal(t, next[b], inputs[k*batch+b])
				next[b]++
				assert.Equal(t, next[b], targets[k*batch+b])
			}
		}
		if first {
			starts[inputs[0]] = true
			assert.Equal(t, inputs[0]+12, inputs[1], "streams lie end to end")
		}
	}
	assert.Len(t, starts, 4, "40 tokens leave room for four offsets")
}

// Every step of a stream is new in one window of an epoch: all steps of the first, the last stride steps of the others.
func TestOverlappingWindowsShowEveryStepAnewOnce(t *testing.T) {
	const batch, steps, stride = 2, 5, 2
	s, err := NewStreams(counting(30), batch, steps, stride, random.New(1, random.Batching))
	require.NoError(t, err)
	assert.Equal(t, 5, s.WindowsPerEpoch(), "14 inputs a stream: 5 and four times 2, one to spare")
	inputs, targets := make([]int32, batch*steps), make([]int32, batch*steps)
	for range 3 {
		var seen [batch][]int32
		for window := range 5 {
			first := s.Next(inputs, targets)
			assert.Equal(t, window == 0, first)
			for b := range batch {
				new := steps - stride
				if first {
					new = 0
				} else {
					assert.Equal(t, seen[b][window*stride], inputs[b], "the window begins a stride behind the one before")
				}
				for k := new; k < steps; k++ {
					seen[b] = append(seen[b], inputs[k*batch+b])
					assert.Equal(t, inputs[k*batch+b]+1, targets[k*batch+b])
				}
			}
		}
		for b := range batch {
			require.Len(t, seen[b], 13)
			for i, token := range seen[b] {
				assert.Equal(t, seen[b][0]+int32(i), token)
			}
		}
	}
}

func TestStreamsOfTheSmallestText(t *testing.T) {
	s, err := NewStreams(counting(7), 2, 3, 3, random.New(1, random.Batching))
	require.NoError(t, err)
	inputs, targets := make([]int32, 6), make([]int32, 6)
	for range 3 {
		assert.True(t, s.Next(inputs, targets))
		assert.Equal(t, []int32{0, 3, 1, 4, 2, 5}, inputs)
		assert.Equal(t, []int32{1, 4, 2, 5, 3, 6}, targets)
	}
	_, err = NewStreams(counting(6), 2, 3, 3, random.New(1, random.Batching))
	assert.EqualError(t, err, "the text has 6 tokens, batch 2 × steps 3 needs 7 (batch·steps + 1)")
}

func TestWindowsStayInside(t *testing.T) {
	w, err := NewWindows(counting(10), 2, 4, random.New(1, random.Batching))
	require.NoError(t, err)
	assert.Equal(t, 1, w.WindowsPerEpoch())
	inputs, targets := make([]int32, 8), make([]int32, 8)
	starts := map[int32]bool{}
	for range 200 {
		assert.True(t, w.Next(inputs, targets))
		starts[inputs[0]] = true
		for i := range inputs {
			assert.Equal(t, inputs[i]+1, targets[i])
		}
	}
	assert.Len(t, starts, 6, "a window may begin at 0 … 5")
	_, err = NewWindows(counting(4), 2, 4, random.New(1, random.Batching))
	assert.EqualError(t, err, "the text has 4 tokens, a window of 4 steps needs 5 (steps + 1)")
}
