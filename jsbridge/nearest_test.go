package jsbridge

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearestName(t *testing.T) {
	options := []string{"cell", "hidden", "activation", "learningRate", "batch", "steps"}
	for name, want := range map[string]string{
		"hiddenSize": "hidden", "hiden": "hidden", "Hidden": "hidden", "learningrate": "learningRate",
		"learning_rate": "learningRate", "batchSize": "batch", "step": "steps", "lr": "", "zzz": "", "": "",
	} {
		assert.Equal(t, want, nearest(name, options), "%q", name)
	}
}

func TestEditDistance(t *testing.T) {
	assert.Equal(t, 3, editDistance("kitten", "sitting"))
	assert.Equal(t, 4, editDistance("", "abcd"))
	assert.Equal(t, 0, editDistance("same", "same"))
}
