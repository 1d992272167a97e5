package safetensors

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// allocated is how many bytes in all, freed or not, were allocated by f.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// hostile are files made to cost as much memory and time as their size can.
func hostile() map[string][]byte {
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return "{" + strings.Join(items, ",") + "}"
	}
	rank := strings.TrimSuffix(strings.Repeat("0,", maxRank), ",")
	tooHigh := strings.TrimSuffix(strings.Repeat("0,", 4<<20), ",")
	escapes := strings.Repeat(`\n`, 4<<20)
	metadata := func(of string) string { return `{"__metadata__":` + of + `}` }
	return map[string][]byte{
		"half floats":       handMade(`{"x":{"dtype":"F16","shape":[8388608],"data_offsets":[0,16777216]}}`, strings.Repeat("\x00", 16<<20)),
		"late bad integer":  handMade(`{"x":{"dtype":"I64","shape":[2097152],"data_offsets":[0,16777216]}}`, strings.Repeat("\x00", 16<<20-1)+"\x7f"),
		"most tensors":      handMade(list(maxTensors, func(i int) string { return f32(fmt.Sprint(i), rank, "0,0") }), ""),
		"too many tensors":  handMade(list(4*maxTensors, func(i int) string { return f32(fmt.Sprint(i), "0", "0,0") }), ""),
		"most metadata":     handMade(metadata(list(maxMetadata, func(i int) string { return fmt.Sprintf(`"%x":""`, i) })), ""),
		"too much metadata": handMade(metadata(list(16*maxMetadata, func(i int) string { return fmt.Sprintf(`"%x":""`, i) })), ""),
		"too high a rank":   handMade("{"+f32("a", tooHigh, "0,0")+"}", ""),
		"long value":        handMade(metadata(`{"k":"`+escapes+`"}`), ""),
		"long key":          handMade(metadata(`{"`+escapes+`":"v"}`), ""),
		"long name":         handMade("{"+f32(escapes, "1", "0,8")+"}", "12345678"),
		"long bad string":   handMade(metadata(`{"k":"`+escapes+`\x"}`), ""),
		"endless string":    handMade(metadata(`{"k":"`+escapes), ""),
		"long dtype":        handMade(`{"a":{"dtype":"`+escapes+`"}}`, ""),
		"spaces":            handMade("{"+strings.Repeat(" ", 8<<20)+"x", ""),
		"digits":            handMade("{"+f32("a", strings.Repeat("1", 8<<20), "0,0")+"}", ""),
		"brackets":          handMade(`{"a":`+strings.Repeat("[", 8<<20), ""),
		"braces":            handMade(strings.Repeat(`{"a":`, 2<<20), ""),
		"bad UTF-8 late":    handMade("{"+strings.Repeat(" ", 8<<20)+"\xff", ""),
		"lengths that lie":  []byte(little(100_000_000) + "{}"),
		"numbers that lie":  handMade("{"+f32("a", "2251799813685248", "0,9007199254740992")+"}", ""),
	}
}

func TestMemoryIsBoundedByTheFile(t *testing.T) {
	for what, file := range hostile() {
		spent := allocated(func() {
			content, err := Read(file)
			if err != nil {
				requireRefused(t, file, content, err)
			}
		})
		t.Logf("%-18s %9d bytes of file, %9d allocated", what, len(file), spent)
		assert.LessOrEqual(t, spent, uint64(2*len(file)+16<<20), what)
	}
}

func BenchmarkHostile(b *testing.B) {
	for what, file := range hostile() {
		b.Run(strings.ReplaceAll(what, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				_, _ = Read(file)
			}
		})
	}
}

// A model of 4 million parameters.
func BenchmarkWriteAndRead(b *testing.B) {
	content := checkpoint.File{Tensors: []checkpoint.Tensor{weights("rnn.weight_hh_l0", 1, 4096, 1024)}}
	file, err := Write(content)
	require.NoError(b, err)
	b.Run("Write", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			_, _ = Write(content)
		}
	})
	b.Run("Read", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			_, _ = Read(file)
		}
	})
}
