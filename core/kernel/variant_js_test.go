package kernel

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVariantIsWhatTheHostSaid(t *testing.T) {
	assert.Equal(t, os.Getenv(environment), Variant())
	assert.Equal(t, Variant() != Portable, linked)
}
