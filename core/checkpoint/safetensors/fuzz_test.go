package safetensors

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// FuzzRead: whatever the bytes, Read gives all or nothing; what it accepts, encoding/json reads the same way, and Write
// and Read give back.
func FuzzRead(f *testing.F) {
	for _, m := range corpus() {
		f.Add(m.file)
	}
	for _, name := range []string{"canonical.safetensors", "dtypes.safetensors"} {
		f.Add(golden(f, name))
	}
	f.Fuzz(check)
}

// FuzzHeader: the same, with the frame right, so that every input reaches the parser.
func FuzzHeader(f *testing.F) {
	for _, m := range corpus() {
		if len(m.file) >= prefix && uint64At(m.file, 0) <= uint64(len(m.file)-prefix) {
			start := prefix + int(uint64At(m.file, 0))
			f.Add(string(m.file[prefix:start]), uint16(len(m.file)-start))
		}
	}
	f.Add(`{"a":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`, uint16(12))
	f.Fuzz(func(t *testing.T, header string, numbers uint16) {
		check(t, handMade(header, strings.Repeat("\x01", int(numbers))))
	})
}

func check(t *testing.T, file []byte) {
	content, err := Read(file)
	if err != nil {
		requireRefused(t, file, content, err)
		return
	}
	requireSameHeader(t, file, content)
	written, err := Write(content)
	require.NoError(t, err)
	back, err := Read(written)
	require.NoError(t, err)
	requireSame(t, content, back)
}

// requireSameHeader reads the header a second time, with the standard library, and compares.
func requireSameHeader(t *testing.T, file []byte, content checkpoint.File) {
	t.Helper()
	start := prefix + int(uint64At(file, 0))
	var header map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(file[prefix:start], &header))
	if raw, ok := header[metadataKey]; ok {
		var metadata map[string]string
		require.NoError(t, json.Unmarshal(raw, &metadata))
		require.Equal(t, metadata, content.Metadata)
		delete(header, metadataKey)
	} else {
		require.Nil(t, content.Metadata)
	}
	require.Len(t, content.Tensors, len(header))
	sizes := map[string]int{"F32": 4, "F64": 8, "F16": 2, "BF16": 2, "I64": 8}
	filled := 0
	for _, got := range content.Tensors {
		var want struct {
			Dtype   string `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}
		require.NoError(t, json.Unmarshal(header[got.Name], &want))
		require.Equal(t, want.Shape, got.Shape)
		require.Equal(t, filled, want.Offsets[0], "tensors come in the order of their data")
		require.Len(t, got.Data, (want.Offsets[1]-want.Offsets[0])/sizes[want.Dtype])
		filled = want.Offsets[1]
		if want.Dtype == "F32" {
			for i, v := range got.Data {
				require.Equal(t, uint32At(file, start+want.Offsets[0]+4*i), math.Float32bits(v))
			}
		}
	}
	require.Equal(t, len(file)-start, filled)
}
