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

// cases builds the arguments of each kernel of the table from three sizes.
var cases = map[string]func(g *generator, m, n, k int) []any{
	"pack_rows": func(g *generator, m, n, k int) []any {
		ld := g.wider(n)
		return []any{g.empty(k * roundUp4(n)), g.matrix(k, n, ld), k, n, ld}
	},
	"pack_columns": func(g *generator, m, n, k int) []any {
		ld := g.wider(k)
		return []any{g.empty(k * roundUp4(n)), g.matrix(n, k, ld), n, k, ld}
	},
	"pack_left": func(g *generator, m, n, k int) []any {
		k = max(k, 1)
		ld := g.wider(k)
		return []any{g.empty(m * k), g.matrix(m, k, ld), m, k, ld}
	},
	"pack_left_transposed": func(g *generator, m, n, k int) []any {
		k = max(k, 1)
		ld := g.wider(m)
		return []any{g.empty(m * k), g.matrix(k, m, ld), k, m, ld}
	},
	"product": func(g *generator, m, n, k int) []any {
		k = max(k, 1)
		ldc := g.wider(n)
		return []any{g.matrix(m, n, ldc), ldc, g.floats(m * k), g.floats(k * roundUp4(n)), m, n, k, g.random.IntN(2)}
	},
	"transpose": func(g *generator, m, n, k int) []any {
		ldd, lds := g.wider(m), g.wider(n)
		return []any{g.empty(n * ldd), ldd, g.matrix(m, n, lds), lds, m, n}
	},
	"gather_rows": func(g *generator, m, n, k int) []any {
		ldd, ldt := g.wider(n), g.wider(n)
		return []any{g.empty(m * ldd), ldd, g.matrix(k+1, n, ldt), ldt, g.ids(m, k+1), m, n}
	},
	"scatter_add_rows": func(g *generator, m, n, k int) []any {
		ldt, lds := g.wider(n), g.wider(n)
		return []any{g.matrix(k+1, n, ldt), ldt, g.ids(m, k+1), g.matrix(m, n, lds), lds, m, n}
	},
	"add_row": func(g *generator, m, n, k int) []any {
		ld := g.wider(n)
		return []any{g.matrix(m, n, ld), ld, g.floats(n), m, n}
	},
	"column_sums": func(g *generator, m, n, k int) []any {
		ld := g.wider(n)
		return []any{g.floats(n), g.matrix(m, n, ld), ld, m, n}
	},
	"exp": elementwise, "tanh": elementwise, "sigmoid": elementwise,
	"tanh_backward": func(g *generator, m, n, k int) []any {
		dh := g.floats(n)
		da := dh
		if k%2 == 0 {
			da = g.empty(n)
		}
		return []any{da, g.floats(n), dh, n}
	},
	"lstm_forward": func(g *generator, m, n, k int) []any {
		ldh, cPrev := g.wider(n), g.floats(m*n)
		c := cPrev
		if k%2 == 0 {
			c = g.empty(m * n)
		}
		return []any{g.floats(m * 4 * n), cPrev, c, g.empty(m * n), g.empty(m * ldh), ldh, m, n}
	},
	"lstm_backward": func(g *generator, m, n, k int) []any {
		lddh := g.wider(n)
		return []any{g.floats(m * 4 * n), g.floats(m * n), g.floats(m * n), g.matrix(m, n, lddh), lddh, g.floats(m * n), m, n}
	},
	"softmax": func(g *generator, m, n, k int) []any {
		ld := g.wider(n)
		return []any{g.matrix(m, n, ld), ld, m, n}
	},
	"softmax_cross_entropy": func(g *generator, m, n, k int) []any {
		n = max(n, 1) // a target needs a class
		ld := g.wider(n)
		return []any{g.matrix(m, n, ld), ld, g.ids(m, n), g.floats(m), g.empty(m), g.empty(m), m, n}
	},
	"sum_squares": func(g *generator, m, n, k int) []any { return []any{g.floats(n), n} },
	"scale":       func(g *generator, m, n, k int) []any { return []any{g.floats(n), n, g.float()} },
	"adam": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), g.floats(n), g.positive(n), n,
			float32(0.01), float32(0.1), float32(0.999), float32(0.001), float32(1.5), float32(1e-8), float32(0.5), float32(k%3) * 0.1}
	},
	"adagrad": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), g.positive(n), n, float32(0.1), float32(1e-10), float32(0.5), float32(k%3) * 0.1}
	},
}

func elementwise(g *generator, m, n, k int) []any {
	src := g.floats(n)
	if k%2 == 0 {
		return []any{g.empty(n), src, n}
	}
	return []any{src, src, n}
}

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
	for _, kernel := range table.Kernels {
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
	assert.Len(t, bodies, len(table.Kernels))
	assert.Len(t, cases, len(table.Kernels))
	seen := map[string]bool{}
	for _, kernel := range table.Kernels {
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
