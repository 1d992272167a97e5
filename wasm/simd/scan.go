package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// A scan is a loop over time that calls the kernels of one step; core/kernel/scan.go says what it computes.

// call calls a kernel of the table that was written before.
func (k *code) call(kernel string, arguments ...expr) {
	k.Call(k.module.kernels[kernel], k.emitAll(arguments)...)
}

// productRows packs blocks of rows and multiplies them; 1 to 3 rows are multiplied as they are.
func productRows(k *code) {
	c, a, left, panels := k.param("c"), k.param("a"), k.param("left"), k.param("panels")
	m, n, depth, accumulate := k.param("m"), k.param("n"), k.param("k"), k.param("accumulate")
	ldc, lda := k.param("ldc"), k.param("lda")
	k.either(less(m, number(4)), func() {
		k.repeat(m, func() {
			k.call("product", c, ldc, a, panels, number(1), n, depth, accumulate)
			k.set(c, plus(c, bytes(ldc)))
			k.set(a, plus(a, bytes(lda)))
		})
	}, func() {
		k.while(m, func() {
			rows := k.letInt(m)
			k.when(less(number(rowBlock), m), func() { k.set(rows, number(rowBlock)) })
			k.call("pack_left", left, a, rows, depth, lda)
			k.call("product", c, ldc, left, panels, rows, n, depth, accumulate)
			k.set(c, plus(c, bytes(times(rows, ldc))))
			k.set(a, plus(a, bytes(times(rows, lda))))
			k.set(m, minus(m, rows))
		})
	})
}

// track is a time-major matrix that a scan walks along.
type track struct {
	at     variable // its rows of the present step
	stride variable // bytes from step to step
	width  int32    // of a row, in H
}

// next is where the step behind the present one stands.
func (t track) next() expr { return plus(t.at, t.stride) }

// scan is the loop over time of a kernel that has active, steps, batch and hidden.
type scan struct {
	*code
	backwards     bool
	batch, hidden variable
	rows          variable // of the present step
	tracks        []*track
}

func (k *code) scan(backwards bool) *scan {
	return &scan{code: k, backwards: backwards, batch: k.param("batch"), hidden: k.param("hidden"), rows: k.letInt(number(0))}
}

// along is a matrix with rows of width·H floats that moves with the scan.
func (s *scan) along(name string, width int32) *track {
	t := &track{at: s.param(name), width: width}
	t.stride = s.letInt(bytes(times(times(s.batch, s.hidden), number(width))))
	if s.backwards {
		s.set(t.at, plus(t.at, times(t.stride, minus(s.param("steps"), number(1)))))
	}
	s.tracks = append(s.tracks, t)
	return t
}

// each runs body for each step. step is the number of those that are left, this one included: 1 at the first step of a scan that
// goes backwards.
func (s *scan) each(body func(left variable)) {
	active, steps := s.param("active"), s.param("steps")
	move, ids := plus, int32(4)
	if s.backwards {
		s.set(active, plus(active, bytes(minus(steps, number(1)))))
		move, ids = minus, -4
	}
	s.repeat(steps, func() {
		s.set(s.rows, loadInteger(active, 0))
		body(steps)
		for _, t := range s.tracks {
			s.set(t.at, move(t.at, t.stride))
		}
		s.advance(ids, active)
	})
}

// wide is so many times H.
func (s *scan) wide(width int32) expr { return times(s.hidden, number(width)) }

// ended runs body where sequences have ended: offset is how many bytes their rows lie behind the step's first, count how many floats
// they are, for rows of width·H floats.
func (s *scan) ended(width int32, body func(offset, count variable)) {
	s.when(less(s.rows, s.batch), func() {
		body(s.letInt(bytes(times(s.rows, s.wide(width)))), s.letInt(times(minus(s.batch, s.rows), s.wide(width))))
	})
}

// hold keeps the state of the sequences that have ended.
func (s *scan) hold(t *track) {
	s.ended(t.width, func(offset, count variable) {
		from := s.letInt(plus(t.at, offset))
		s.copyFloats(plus(from, t.stride), from, count)
	})
}

// copyFloats copies count floats.
func (k *code) copyFloats(to, from, count expr) {
	dst, src := k.letInt(to), k.letInt(from)
	k.quads(k.letInt(count), []variable{dst, src}, func(q quad) { q.store(dst, q.load(src)) })
}

// clear makes the rows of the sequences that have ended zero.
func (s *scan) clear(t *track) {
	s.ended(t.width, func(offset, count variable) {
		at := s.letInt(plus(t.at, offset))
		s.quads(s.letInt(count), []variable{at}, func(q quad) { q.store(at, all(0)) })
	})
}

// before is where the gradient on the state before the step is gathered.
func (s *scan) before(dh *track, left variable) variable {
	at := s.letInt(minus(dh.at, dh.stride))
	s.when(apply(asm.I32Eq, left, number(1)), func() { s.set(at, s.param("dInitial")) })
	return at
}

// passBy lets the gradient of the sequences that have ended pass the step by.
func (s *scan) passBy(before variable, dh *track) {
	s.ended(dh.width, func(offset, count variable) {
		s.call("add", plus(before, offset), plus(dh.at, offset), count)
	})
}

// recur adds what comes out of the state before to the pre-activations, width·H a row.
func (s *scan) recur(a, h *track) {
	s.call("product_rows", a.at, s.wide(a.width), h.at, s.hidden, s.param("left"), s.param("panels"), s.rows, s.wide(a.width), s.hidden, number(1))
}

// recurBack adds the gradient on the state before that comes out of da.
func (s *scan) recurBack(before variable, da *track) {
	s.call("product_rows", before, s.hidden, da.at, s.wide(da.width), s.param("left"), s.param("panels"), s.rows, s.hidden, s.wide(da.width), number(1))
}

func elmanScan(k *code) {
	s := k.scan(false)
	a, h := s.along("a", 1), s.along("h", 1)
	s.each(func(variable) {
		s.recur(a, h)
		count := k.letInt(times(s.rows, s.hidden))
		k.either(k.param("relu"), func() { k.call("relu", h.next(), a.at, count) }, func() { k.call("tanh", h.next(), a.at, count) })
		s.hold(h)
	})
}

func elmanScanBackward(k *code) {
	s := k.scan(true)
	a, h, dh := s.along("a", 1), s.along("h", 1), s.along("dh", 1)
	s.each(func(left variable) {
		count := k.letInt(times(s.rows, s.hidden))
		k.either(k.param("relu"), func() { k.call("relu_backward", a.at, h.next(), dh.at, count) },
			func() { k.call("tanh_backward", a.at, h.next(), dh.at, count) })
		before := s.before(dh, left)
		s.recurBack(before, a)
		s.passBy(before, dh)
		s.clear(a)
	})
}

func lstmScan(k *code) {
	s := k.scan(false)
	gates, c, tanhC, h := s.along("gates", 4), s.along("c", 1), s.along("tanhC", 1), s.along("h", 1)
	s.each(func(variable) {
		s.recur(gates, h)
		k.call("lstm_forward", gates.at, c.at, c.next(), tanhC.at, h.next(), s.hidden, s.rows, s.hidden)
		s.hold(h)
		s.hold(c)
	})
}

func lstmScanBackward(k *code) {
	s := k.scan(true)
	gates, c, tanhC, dh := s.along("gates", 4), s.along("c", 1), s.along("tanhC", 1), s.along("dh", 1)
	s.each(func(left variable) {
		k.call("lstm_backward", gates.at, c.at, tanhC.at, dh.at, s.hidden, k.param("dc"), s.rows, s.hidden)
		before := s.before(dh, left)
		s.recurBack(before, gates)
		s.passBy(before, dh)
		s.clear(gates)
	})
}

func gruScan(k *code) {
	s := k.scan(false)
	x, recurrentN, h := s.along("x", 3), s.along("recurrentN", 1), s.along("h", 1)
	recurrent := k.param("recurrent")
	s.each(func(variable) {
		k.call("product_rows", recurrent, s.wide(3), h.at, s.hidden, k.param("left"), k.param("panels"), s.rows, s.wide(3), s.hidden, number(0))
		k.call("add_row", recurrent, s.wide(3), k.param("bias"), s.rows, s.wide(3))
		k.call("gru_forward", x.at, recurrent, h.at, recurrentN.at, h.next(), s.hidden, s.rows, s.hidden)
		s.hold(h)
	})
}

func gruScanBackward(k *code) {
	s := k.scan(true)
	gates, h, recurrentN := s.along("gates", 3), s.along("h", 1), s.along("recurrentN", 1)
	dRecurrent, dh := s.along("dRecurrent", 3), s.along("dh", 1)
	two := k.letInt(bytes(s.wide(2)))
	s.each(func(left variable) {
		before := s.before(dh, left)
		k.call("gru_backward", gates.at, h.at, recurrentN.at, dh.at, s.hidden, before, s.rows, s.hidden)
		to, from, n, rows := k.letInt(dRecurrent.at), k.letInt(gates.at), k.letInt(recurrentN.at), k.letInt(s.rows)
		k.repeat(rows, func() {
			k.copyFloats(to, from, s.wide(2))
			k.copyFloats(plus(to, two), n, s.hidden)
			k.set(to, plus(to, bytes(s.wide(3))))
			k.set(from, plus(from, bytes(s.wide(3))))
			k.set(n, plus(n, bytes(s.hidden)))
		})
		s.clear(dRecurrent)
		s.recurBack(before, dRecurrent)
		s.passBy(before, dh)
		s.clear(gates)
	})
}
