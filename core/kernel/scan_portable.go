package kernel

// step is the place of one step in time-major matrices.
type step struct{ first, active, batch int } // rows

func stepOf(t int, active []int32, batch int) step { return step{t * batch, int(active[t]), batch} }

// rows cuts the rows of the sequences that the step has out of a matrix of rows of width floats.
func (s step) rows(x []float32, width int) []float32 { return x[s.first*width:][:s.active*width] }

// rest cuts out those of the sequences that have ended.
func (s step) rest(x []float32, width int) []float32 {
	return x[(s.first+s.active)*width : (s.first+s.batch)*width]
}

// after is the place of the slot behind the step.
func (s step) after() step { return step{s.first + s.batch, s.active, s.batch} }

// hold keeps the state of the sequences that have ended.
func (s step) hold(x []float32, width int) { copy(s.after().rest(x, width), s.rest(x, width)) }

// before is where the gradient on the state before the step is gathered.
func (s step) before(dh, dInitial []float32, width int) []float32 {
	if s.first == 0 {
		return dInitial
	}
	return dh[(s.first-s.batch)*width:]
}

// passBy lets the gradient of the sequences that have ended pass the step by.
func (s step) passBy(before, dh []float32, width int) {
	for i, d := range s.rest(dh, width) {
		before[s.active*width+i] += d
	}
}

func productRowsPortable(c []float32, ldc int, a []float32, lda int, left, panels []float32, m, n, k, accumulate int) {
	for first := 0; first < m && m < 4; first++ {
		productPortable(c[first*ldc:], ldc, a[first*lda:], panels, 1, n, k, accumulate)
	}
	for first := 0; first < m && m >= 4; first += rowBlock {
		rows := min(m-first, rowBlock)
		packLeftPortable(left, a[first*lda:], rows, k, lda)
		productPortable(c[first*ldc:], ldc, left, panels, rows, n, k, accumulate)
	}
}

func elmanScanPortable(a, h, left, panels []float32, active []int32, steps, batch, hidden, relu int) {
	activate := tanhPortable
	if relu != 0 {
		activate = reluPortable
	}
	for t := range steps {
		s := stepOf(t, active, batch)
		at := s.rows(a, hidden)
		productRowsPortable(at, hidden, s.rows(h, hidden), hidden, left, panels, s.active, hidden, hidden, 1)
		activate(s.after().rows(h, hidden), at, len(at))
		s.hold(h, hidden)
	}
}

func elmanScanBackwardPortable(a, h, dh, dInitial, left, panels []float32, active []int32, steps, batch, hidden, relu int) {
	slope := tanhBackwardPortable
	if relu != 0 {
		slope = reluBackwardPortable
	}
	for t := steps - 1; t >= 0; t-- {
		s := stepOf(t, active, batch)
		da, before := s.rows(a, hidden), s.before(dh, dInitial, hidden)
		slope(da, s.after().rows(h, hidden), s.rows(dh, hidden), len(da))
		productRowsPortable(before, hidden, da, hidden, left, panels, s.active, hidden, hidden, 1)
		s.passBy(before, dh, hidden)
		clear(s.rest(a, hidden))
	}
}

func lstmScanPortable(gates, c, tanhC, h, left, panels []float32, active []int32, steps, batch, hidden int) {
	for t := range steps {
		s := stepOf(t, active, batch)
		at := s.rows(gates, 4*hidden)
		productRowsPortable(at, 4*hidden, s.rows(h, hidden), hidden, left, panels, s.active, 4*hidden, hidden, 1)
		lstmForwardPortable(at, s.rows(c, hidden), s.after().rows(c, hidden), s.rows(tanhC, hidden), s.after().rows(h, hidden),
			hidden, s.active, hidden)
		s.hold(h, hidden)
		s.hold(c, hidden)
	}
}

func lstmScanBackwardPortable(gates, c, tanhC, dh, dc, dInitial, left, panels []float32, active []int32, steps, batch, hidden int) {
	for t := steps - 1; t >= 0; t-- {
		s := stepOf(t, active, batch)
		da, before := s.rows(gates, 4*hidden), s.before(dh, dInitial, hidden)
		lstmBackwardPortable(da, s.rows(c, hidden), s.rows(tanhC, hidden), s.rows(dh, hidden), hidden, dc, s.active, hidden)
		productRowsPortable(before, hidden, da, 4*hidden, left, panels, s.active, hidden, 4*hidden, 1)
		s.passBy(before, dh, hidden)
		clear(s.rest(gates, 4*hidden))
	}
}

func gruScanPortable(x, recurrent, recurrentN, h, bias, left, panels []float32, active []int32, steps, batch, hidden int) {
	for t := range steps {
		s := stepOf(t, active, batch)
		before := s.rows(h, hidden)
		productRowsPortable(recurrent, 3*hidden, before, hidden, left, panels, s.active, 3*hidden, hidden, 0)
		addRowPortable(recurrent, 3*hidden, bias, s.active, 3*hidden)
		gruForwardPortable(s.rows(x, 3*hidden), recurrent, before, s.rows(recurrentN, hidden), s.after().rows(h, hidden),
			hidden, s.active, hidden)
		s.hold(h, hidden)
	}
}

func gruScanBackwardPortable(gates, h, recurrentN, dRecurrent, dh, dInitial, left, panels []float32, active []int32, steps, batch, hidden int) {
	for t := steps - 1; t >= 0; t-- {
		s := stepOf(t, active, batch)
		dx, du, before := s.rows(gates, 3*hidden), s.rows(dRecurrent, 3*hidden), s.before(dh, dInitial, hidden)
		dun := s.rows(recurrentN, hidden)
		gruBackwardPortable(dx, s.rows(h, hidden), dun, s.rows(dh, hidden), hidden, before, s.active, hidden)
		copy(du, dx)
		for b := range s.active {
			copy(du[(3*b+2)*hidden:][:hidden], dun[b*hidden:])
		}
		clear(s.rest(dRecurrent, 3*hidden))
		productRowsPortable(before, hidden, du, 3*hidden, left, panels, s.active, hidden, 3*hidden, 1)
		s.passBy(before, dh, hidden)
		clear(s.rest(gates, 3*hidden))
	}
}
