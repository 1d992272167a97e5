package text

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

type word string

func (w word) String() string { return string(w) }

func TestSprintfWritesWhatFmtWrites(t *testing.T) {
	fault := errors.New("it broke \"here\"")
	for _, c := range []struct {
		format    string
		arguments []any
	}{
		{"nothing", nil},
		{"", nil},
		{"100 %% of %d", []any{7}},
		{"%d %d %d %d %d", []any{0, -1, int32(math.MinInt32), int64(math.MaxInt64), uint64(math.MaxUint64)}},
		{"%v %v %v", []any{12, int32(-3), uint64(5)}},
		{"%g %g %g %g", []any{0.1, 1e6, 1e21, 1e-7}},
		{"%v %v %v %v %v", []any{0.1, 123456789.0, math.NaN(), math.Inf(1), math.Inf(-1)}},
		{"%v %g", []any{float32(0.1), float32(16777216)}},
		{"%.4g %.4g %.3g", []any{math.Pi, 1234567.0, float32(2) / 3}},
		{"%s|%q|%v", []any{"a\n\"ü\"", "a\n\"ü\"\x00\xff", "v"}},
		{"%.3q %.3q %.60q", []any{"abcdef", "äöüß", "short"}},
		{"%s %q %v", []any{word("w"), word("w"), word("w")}},
		{"%q %v", []any{[]string{"a", "b c"}, []string{}}},
		{"%v %v %d", []any{[]int{1, -2, 3}, []int(nil), []int{4}}},
		{"%v %v", []any{true, false}},
		{"%v %s %q", []any{fault, fault, fault}},
		{"%#x %#x", []any{255, uint8(16)}},
		{"…%d×%d…", []any{1, 2}},
	} {
		assert.Equal(t, fmt.Sprintf(c.format, c.arguments...), Sprintf(c.format, c.arguments...), c.format)
	}
}

func TestFaultsOfAFormatShow(t *testing.T) {
	assert.Equal(t, "a 1 b %!d(MISSING)", Sprintf("a %d b %d", 1))
	assert.Equal(t, "?", Sprintf("%v", struct{}{}))
	assert.EqualError(t, Errorf("%d of %q", 3, "x"), `3 of "x"`)
}

func FuzzSprintf(f *testing.F) {
	f.Add("text", int64(3), 0.5)
	f.Fuzz(func(t *testing.T, s string, n int64, x float64) {
		assert.Equal(t, fmt.Sprintf("%s %q %d %v %.5g", s, s, n, x, x), Sprintf("%s %q %d %v %.5g", s, s, n, x, x))
		assert.Equal(t, fmt.Sprintf("%.7q", s), Sprintf("%.7q", s))
	})
}

func TestHexComesBack(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	assert.Equal(t, fmt.Sprintf("%x", every), Hex(every))
	back, ok := Unhex(Hex(every))
	assert.True(t, ok)
	assert.Equal(t, every, back)
	for _, bad := range []string{"0", "0g", "AB", "00 "} {
		_, ok := Unhex(bad)
		assert.False(t, ok, bad)
	}
}
