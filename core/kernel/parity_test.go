package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

// guard is a NaN of a pattern that no kernel makes. It stands around every buffer and in the gaps between rows.
const guard = 0x7fc0dead

// buffer is a slice at any offset inside guards.
type buffer struct {
	whole []float32
	data  []float32
}

// generator draws the arguments of a case.
type generator struct {
	random *rand.Rand
	// special mixes in NaN, infinities, denormals, zeros of both signs and huge numbers.
	special bool
	offset  int
}

func newGenerator(seed uint64, special bool) *generator {
	return &generator{random: rand.New(rand.NewPCG(seed, 77)), special: special, offset: int(seed % 4)}
}

// empty is a buffer of guards only. Starts rotate through all four offsets within a vector.
func (g *generator) empty(n int) *buffer {
	g.offset++
	before := 4 + g.offset%4
	whole := make([]float32, before+n+7)
	for i := range whole {
		whole[i] = math.Float32frombits(guard)
	}
	return &buffer{whole, whole[before : before+n : before+n]}
}

func (g *generator) float() float32 {
	if g.special && g.random.IntN(6) == 0 {
		bits := []uint32{0, 1 << 31, 1, 0x807fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f7fffff, 0xff7fffff, 0x00800000, 0x3f800000, g.random.Uint32()}
		return math.Float32frombits(bits[g.random.IntN(len(bits))])
	}
	return float32(g.random.NormFloat64() * 2)
}

func (g *generator) floats(n int) *buffer { return g.matrix(1, n, n) }

// matrix fills rows of cols floats and leaves guards between them.
func (g *generator) matrix(rows, cols, ld int) *buffer {
	b := g.empty(rows * ld)
	for r := range rows {
		for c := range cols {
			b.data[r*ld+c] = g.float()
		}
	}
	return b
}

// positive is for what must not be negative, sums of squares.
func (g *generator) positive(n int) *buffer {
	b := g.floats(n)
	for i, x := range b.data {
		b.data[i] = float32(math.Abs(float64(x)))
	}
	return b
}

func (g *generator) ids(n, limit int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(g.random.IntN(limit))
	}
	return ids
}

// wider is a leading dimension of at least n.
func (g *generator) wider(n int) int { return n + g.random.IntN(6) }

func roundUp4(n int) int { return (n + 3) &^ 3 }

// buffers are the distinct buffers among the arguments.
func buffers(args []any) []*buffer {
	var list []*buffer
	seen := map[*buffer]bool{}
	for _, a := range args {
		if b, ok := a.(*buffer); ok && !seen[b] {
			seen[b] = true
			list = append(list, b)
		}
	}
	return list
}

// callGo calls a function of bodies and returns its result, 0 when it has none.
func callGo(function any, args []any) float64 {
	values := make([]reflect.Value, len(args))
	for i, a := range args {
		if b, ok := a.(*buffer); ok {
			a = b.data
		}
		values[i] = reflect.ValueOf(a)
	}
	if results := reflect.ValueOf(function).Call(values); len(results) > 0 {
		return results[0].Float()
	}
	return 0
}

// eachCase visits every kernel with every n from 0 to 67, several m and k, ordinary and special values.
func eachCase(t *testing.T, visit func(t *testing.T, kernel table.Kernel, build func() []any)) {
	for _, kernel := range table.Kernels() {
		build := cases[kernel.Name]
		require.NotNil(t, build, "kernel %s has no parity case", kernel.Name)
		t.Run(kernel.Name, func(t *testing.T) {
			for n := range 68 {
				for turn := range 4 {
					m, k := (n*7+turn*13)%41, (n*5+turn*29)%67
					if turn == 3 {
						m = n % 6
					}
					seed := uint64(n*4 + turn)
					visit(t, kernel, func() []any { return build(newGenerator(seed, turn%2 == 1), m, n, k) })
					if t.Failed() {
						t.Logf("m=%d n=%d k=%d turn=%d", m, n, k, turn)
						return
					}
				}
			}
		})
	}
}

func same(a, b float32) bool {
	bits := math.Float32bits(a)
	if bits == guard {
		return math.Float32bits(b) == guard
	}
	return bits == math.Float32bits(b) || a != a && b != b && math.Float32bits(b) != guard
}

// assertSame compares guards and gaps bit by bit, and so what was computed, but that one NaN is like another.
func assertSame(t *testing.T, want, got []any) {
	t.Helper()
	theirs := buffers(got)
	for i, b := range buffers(want) {
		for j, x := range b.whole {
			if y := theirs[i].whole[j]; !same(x, y) {
				assert.Fail(t, fmt.Sprintf("buffer %d float %d: portable %g (%#08x), linked %g (%#08x)",
					i, j-(len(b.whole)-7-len(b.data)), x, math.Float32bits(x), y, math.Float32bits(y)))
				return
			}
		}
	}
}

func TestEveryKernelHasBodiesAndCases(t *testing.T) {
	assert.Len(t, bodies, len(table.Kernels()))
	assert.Len(t, cases, len(table.Kernels()))
	seen := map[string]bool{}
	for _, kernel := range table.Kernels() {
		assert.False(t, seen[kernel.Name], "%s is twice in the table", kernel.Name)
		seen[kernel.Name] = true
		assert.NotEmpty(t, kernel.Doc)
		assert.Contains(t, cases, kernel.Name)
		require.Contains(t, bodies, kernel.Name)
		for _, body := range []any{bodies[kernel.Name].portable, bodies[kernel.Name].dispatched} {
			assert.Equal(t, len(kernel.Params), reflect.TypeOf(body).NumIn(), kernel.Name)
		}
	}
}

// TestPortableStaysInside runs every case on the portable bodies alone: guards stay, and so does what lies between rows.
func TestPortableStaysInside(t *testing.T) {
	eachCase(t, func(t *testing.T, kernel table.Kernel, build func() []any) {
		args := build()
		callGo(bodies[kernel.Name].portable, args)
		for _, b := range buffers(args) {
			inside := len(b.whole) - 7 - len(b.data)
			for i, x := range b.whole {
				if (i < inside || i >= inside+len(b.data)) && math.Float32bits(x) != guard {
					assert.Fail(t, "a guard was written", "%s: float %d", kernel.Name, i-inside)
					return
				}
			}
		}
	})
}
