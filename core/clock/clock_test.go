package clock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestNowGoesAsTimeDoes(t *testing.T) {
	before, began := Now(), time.Now()
	time.Sleep(20 * time.Millisecond)
	passed, want := Now()-before, time.Since(began).Seconds()
	assert.InDelta(t, want, passed, 0.01)
	assert.GreaterOrEqual(t, passed, 0.02)
}
