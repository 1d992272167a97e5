package kernel

import "math"

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
	"product_rows": func(g *generator, m, n, k int) []any {
		k = max(k, 1)
		ldc, lda := g.wider(n), g.wider(k)
		return []any{g.matrix(m, n, ldc), ldc, g.matrix(m, k, lda), lda, g.empty(min(m, rowBlock) * k), g.floats(k * roundUp4(n)), m, n, k, g.random.IntN(2)}
	},
	"elman_scan": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(1), s.slots(), s.left(1), s.panels(n), s.active, s.steps, s.batch, n, k % 2}
	},
	"elman_scan_backward": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(1), s.slots(), s.state(1), s.row(1), s.left(1), s.panels(n), s.active, s.steps, s.batch, n, k % 2}
	},
	"lstm_scan": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(4), s.slots(), s.state(1), s.slots(), s.left(1), s.panels(4 * n), s.active, s.steps, s.batch, n}
	},
	"lstm_scan_backward": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(4), s.slots(), s.state(1), s.state(1), s.row(1), s.row(1), s.left(4), s.backPanels(4), s.active, s.steps, s.batch, n}
	},
	"gru_scan": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(3), s.row(3), s.state(1), s.slots(), g.floats(3 * n), s.left(1), s.panels(3 * n), s.active, s.steps, s.batch, n}
	},
	"gru_scan_backward": func(g *generator, m, n, k int) []any {
		n = max(n, 1)
		s := g.scan(m, n)
		return []any{s.state(3), s.slots(), s.state(1), s.state(3), s.state(1), s.row(1), s.left(3), s.backPanels(3), s.active, s.steps, s.batch, n}
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
	"relu": elementwise, "tanh_backward": elementGradient, "sigmoid_backward": elementGradient, "relu_backward": elementGradient,
	"add": func(g *generator, m, n, k int) []any {
		dst := g.floats(n)
		if k%3 == 0 {
			return []any{dst, dst, n}
		}
		return []any{dst, g.floats(n), n}
	},
	"multiply": func(g *generator, m, n, k int) []any {
		a, b := g.floats(n), g.floats(n)
		return []any{[]*buffer{g.empty(n), a, b}[k%3], a, b, n}
	},
	"add_product": func(g *generator, m, n, k int) []any { return []any{g.floats(n), g.floats(n), g.floats(n), n} },
	"clamp_values": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), n, []float32{0, 1, 2.5, float32(math.Inf(1))}[k%4]}
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
	"gru_forward": func(g *generator, m, n, k int) []any {
		x, recurrent, hPrev, ldh := g.floats(m*3*n), g.floats(m*3*n), g.floats(m*n), g.wider(n)
		if k%2 == 0 {
			return []any{x, recurrent, hPrev, g.empty(m * n), hPrev, n, m, n}
		}
		return []any{x, recurrent, hPrev, g.empty(m * n), g.empty(m * ldh), ldh, m, n}
	},
	"gru_backward": func(g *generator, m, n, k int) []any {
		lddh := g.wider(n)
		return []any{g.floats(m * 3 * n), g.floats(m * n), g.floats(m * n), g.matrix(m, n, lddh), lddh, g.floats(m * n), m, n}
	},
	"gru_gates": func(g *generator, m, n, k int) []any {
		return []any{g.floats(m * 3 * n), g.floats(m * n), g.empty(m * n), m, n}
	},
	"gru_output": func(g *generator, m, n, k int) []any {
		x, hPrev, ldh := g.floats(m*3*n), g.floats(m*n), g.wider(n)
		if k%2 == 0 {
			return []any{x, hPrev, hPrev, n, m, n}
		}
		return []any{x, hPrev, g.empty(m * ldh), ldh, m, n}
	},
	"gru_output_backward": func(g *generator, m, n, k int) []any {
		lddh := g.wider(n)
		return []any{g.floats(m * 3 * n), g.floats(m * n), g.matrix(m, n, lddh), lddh, g.floats(m * n), m, n}
	},
	"gru_gates_backward": func(g *generator, m, n, k int) []any {
		return []any{g.floats(m * 3 * n), g.floats(m * n), g.floats(m * n), g.floats(m * n), m, n}
	},
	"softmax": func(g *generator, m, n, k int) []any {
		ld := g.wider(n)
		return []any{g.matrix(m, n, ld), ld, m, n}
	},
	"softmax_cross_entropy": func(g *generator, m, n, k int) []any {
		n = max(n, 1) // a target needs a class
		ld := g.wider(n)
		logits, targets, weights := g.matrix(m, n, ld), g.ids(m, n), g.floats(m)
		for r := range m {
			if g.padding(weights, logits, r, n, ld) {
				targets[r] = -1 << 31
			}
			if weights.data[r] == 0 { // a special value
				targets[r] = 1<<31 - 1
			}
		}
		return []any{logits, ld, targets, weights, g.empty(m), g.empty(m), m, n}
	},
	"squared_error": elementLoss, "binary_cross_entropy": elementLoss,
	"layer_norm": func(g *generator, m, n, k int) []any {
		ldy, ldx := g.wider(n), g.wider(n)
		x := g.matrix(m, n, ldx)
		y := g.empty(m * ldy)
		if k%2 == 0 {
			y, ldy = x, ldx
		}
		return []any{y, ldy, x, ldx, g.floats(n), g.floats(n), g.empty(m), g.empty(m), m, n, float32(1e-5)}
	},
	"layer_norm_backward": func(g *generator, m, n, k int) []any {
		lddx, lddy, ldx := g.wider(n), g.wider(n), g.wider(n)
		dy, x := g.matrix(m, n, lddy), g.matrix(m, n, ldx)
		dx := g.empty(m * lddx)
		switch k % 3 {
		case 1:
			dx, lddx = dy, lddy
		case 2:
			dx, lddx = x, ldx
		}
		return []any{dx, lddx, dy, lddy, x, ldx, g.floats(n), g.floats(m), g.positive(m), g.floats(n), g.floats(n), m, n}
	},
	"sum_squares": func(g *generator, m, n, k int) []any { return []any{g.floats(n), n} },
	"scale":       func(g *generator, m, n, k int) []any { return []any{g.floats(n), n, g.float()} },
	"sgd": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), n, float32(0.1), float32(0.5), float32(k%3) * 0.1}
	},
	"sgd_momentum": momentumStep, "sgd_nesterov": momentumStep,
	"rmsprop": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), g.positive(n), n,
			float32(0.01), float32(0.99), float32(0.01), float32(1e-8), float32(0.5), float32(k%3) * 0.1}
	},
	"rmsprop_momentum": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), g.positive(n), g.floats(n), n,
			float32(0.01), float32(0.99), float32(0.01), float32(1e-8), float32(0.9), float32(0.5), float32(k%3) * 0.1}
	},
	"adam": func(g *generator, m, n, k int) []any {
		return []any{g.floats(n), g.floats(n), g.floats(n), g.positive(n), n,
			1 - float32(k%2)*0.01, float32(0.01), float32(0.1), float32(0.999), float32(0.001), float32(1.5), float32(1e-8), float32(0.5), float32(k%3) * 0.1}
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

func elementGradient(g *generator, m, n, k int) []any {
	dh := g.floats(n)
	da := dh
	if k%2 == 0 {
		da = g.empty(n)
	}
	return []any{da, g.floats(n), dh, n}
}

func elementLoss(g *generator, m, n, k int) []any {
	ld, ldt := g.wider(n), g.wider(n)
	predictions, targets, weights := g.matrix(m, n, ld), g.matrix(m, n, ldt), g.floats(m)
	for r := range m {
		if g.padding(weights, predictions, r, n, ld) {
			g.padding(weights, targets, r, n, ldt)
		}
	}
	return []any{predictions, ld, targets, ldt, weights, g.empty(m), m, n}
}

func momentumStep(g *generator, m, n, k int) []any {
	return []any{g.floats(n), g.floats(n), g.floats(n), n, float32(0.1), float32(0.9), float32(k%2) * 0.5, float32(0.5), float32(k%3) * 0.1}
}

// padding makes every third row a padded one: of weight 0, -0 included, and filled with NaN.
func (g *generator) padding(weights, rows *buffer, r, n, ld int) bool {
	if r%3 != 1 {
		return false
	}
	weights.data[r] = float32(math.Copysign(0, float64(r%2)-0.5))
	for j := range n {
		rows.data[r*ld+j] = float32(math.NaN())
	}
	return true
}

// scanCase draws the matrices of a scan over a few steps.
type scanCase struct {
	*generator
	steps, batch, hidden int
	active               []int32
}

// scan draws how many sequences each step has, from many to few as core/cell has them.
func (g *generator) scan(m, n int) scanCase {
	s := scanCase{generator: g, steps: m % 5, batch: 1 + (m+n)%7, hidden: n}
	for t, left := 0, s.batch; t < s.steps; t++ {
		if m%2 == 1 {
			left -= g.random.IntN(left + 1)
		}
		s.active = append(s.active, int32(left))
	}
	return s
}

func (s scanCase) row(width int) *buffer   { return s.floats(s.batch * width * s.hidden) }
func (s scanCase) state(width int) *buffer { return s.floats(s.steps * s.batch * width * s.hidden) }
func (s scanCase) slots() *buffer          { return s.floats((s.steps + 1) * s.batch * s.hidden) }

// left is room for packed rows of width·H floats.
func (s scanCase) left(width int) *buffer { return s.empty(s.batch * width * s.hidden) }

// panels hold a factor [H, n], backPanels one [gates·H, H].
func (s scanCase) panels(n int) *buffer { return s.floats(s.hidden * roundUp4(n)) }
func (s scanCase) backPanels(gates int) *buffer {
	return s.floats(gates * s.hidden * roundUp4(s.hidden))
}
