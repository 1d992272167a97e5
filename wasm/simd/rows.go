package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

func gatherRows(k *code) {
	dst, table, ids, width := k.param("dst"), k.param("table"), k.param("ids"), k.param("width")
	ldd, ldt := k.letInt(bytes(k.param("ldd"))), k.letInt(bytes(k.param("ldt")))
	k.repeat(k.param("count"), func() {
		from, to := k.letInt(plus(table, times(loadInteger(ids, 0), ldt))), k.letInt(dst)
		k.quads(k.letInt(width), []variable{to, from}, func(q quad) {
			q.store(to, q.load(from))
		})
		k.set(dst, plus(dst, ldd))
		k.advance(4, ids)
	})
}

func scatterAddRows(k *code) {
	table, ids, src, width := k.param("table"), k.param("ids"), k.param("src"), k.param("width")
	ldt, lds := k.letInt(bytes(k.param("ldt"))), k.letInt(bytes(k.param("lds")))
	k.repeat(k.param("count"), func() {
		to, from := k.letInt(plus(table, times(loadInteger(ids, 0), ldt))), k.letInt(src)
		k.quads(k.letInt(width), []variable{to, from}, func(q quad) {
			q.store(to, add(q.load(to), q.load(from)))
		})
		k.set(src, plus(src, lds))
		k.advance(4, ids)
	})
}

func addRow(k *code) {
	dst, row, cols := k.param("dst"), k.param("row"), k.param("cols")
	ld := k.letInt(bytes(k.param("ld")))
	k.repeat(k.param("rows"), func() {
		to, from := k.letInt(dst), k.letInt(row)
		k.quads(k.letInt(cols), []variable{to, from}, func(q quad) {
			q.store(to, add(q.load(to), q.load(from)))
		})
		k.set(dst, plus(dst, ld))
	})
}

// columnSums walks down 16 columns at a time, a line of the cache, then 4, then the rest.
func columnSums(k *code) {
	dst, src, cols := k.param("dst"), k.param("src"), k.param("cols")
	ld := k.letInt(bytes(k.param("ld")))
	down := func(body func(row variable)) {
		row, count := k.letInt(src), k.letInt(k.param("rows"))
		k.repeat(count, func() {
			body(row)
			k.set(row, plus(row, ld))
		})
	}
	k.while(less(number(15), cols), func() {
		var sums [4]variable
		for i := range sums {
			sums[i] = k.let(load(dst, uint32(16*i)))
		}
		down(func(row variable) {
			for i, sum := range sums {
				k.set(sum, add(sum, load(row, uint32(16*i))))
			}
		})
		for i, sum := range sums {
			k.store(dst, uint32(16*i), sum)
		}
		k.advance(64, dst, src)
		k.set(cols, minus(cols, number(16)))
	})
	k.quads(cols, []variable{dst, src}, func(q quad) {
		sum := k.let(q.load(dst))
		down(func(row variable) { k.set(sum, add(sum, q.load(row))) })
		q.store(dst, sum)
	})
}

// transposed4 are the columns of a 4×4 block, given its rows.
func (k *code) transposed4(r [4]variable) [4]variable {
	var pairs [4]variable
	for i := range 2 {
		pairs[i] = k.let(shuffle2(r[2*i], r[2*i+1], 0, 4, 1, 5))
		pairs[2+i] = k.let(shuffle2(r[2*i], r[2*i+1], 2, 6, 3, 7))
	}
	return [4]variable{
		k.let(shuffle2(pairs[0], pairs[1], 0, 1, 4, 5)), k.let(shuffle2(pairs[0], pairs[1], 2, 3, 6, 7)),
		k.let(shuffle2(pairs[2], pairs[3], 0, 1, 4, 5)), k.let(shuffle2(pairs[2], pairs[3], 2, 3, 6, 7)),
	}
}

// transpose takes bands of 16 columns of src, a line of the cache, and walks down each band in blocks of 4×4: the 16 lines
// of dst that a band writes stay in the cache.
func transpose(k *code) {
	dst, src, rows, cols := k.param("dst"), k.param("src"), k.param("rows"), k.param("cols")
	ldd, lds := k.letInt(bytes(k.param("ldd"))), k.letInt(bytes(k.param("lds")))
	whole := k.letInt(bitAnd(rows, number(^3)))
	k.while(cols, func() {
		width := k.letInt(cols)
		k.when(less(number(16), cols), func() { k.set(width, number(16)) })
		from, to, count := k.letInt(src), k.letInt(dst), k.letInt(whole)
		k.while(count, func() {
			k.transposeRows(to, ldd, from, lds, width)
			k.advance(16, to)
			k.set(from, plus(from, shifted(lds, 2)))
			k.set(count, minus(count, number(4)))
		})
		k.set(count, bitAnd(rows, number(3)))
		k.repeat(count, func() {
			k.scatterRow(to, ldd, from, width)
			k.advance(4, to)
			k.set(from, plus(from, lds))
		})
		k.set(src, plus(src, bytes(width)))
		k.set(dst, plus(dst, times(width, ldd)))
		k.set(cols, minus(cols, width))
	})
}

// transposeRows transposes 4 rows of width columns.
func (k *code) transposeRows(to, ldd, from, lds, width variable) {
	n, in, out := k.letInt(width), k.letInt(from), k.letInt(to)
	k.while(less(number(3), n), func() {
		var rows [4]variable
		at := k.letInt(in)
		for i := range rows {
			rows[i] = k.let(load(at, 0))
			k.set(at, plus(at, lds))
		}
		for _, column := range k.transposed4(rows) {
			k.store(out, 0, column)
			k.set(out, plus(out, ldd))
		}
		k.advance(16, in)
		k.set(n, minus(n, number(4)))
	})
	k.repeat(n, func() {
		at := k.letInt(in)
		for i := range uint32(4) {
			k.storeFloat(out, 4*i, loadFloat(at, 0))
			k.set(at, plus(at, lds))
		}
		k.set(out, plus(out, ldd))
		k.advance(4, in)
	})
}

// scatterRow writes one row as a column.
func (k *code) scatterRow(to, ldd, from, width variable) {
	n, in, out := k.letInt(width), k.letInt(from), k.letInt(to)
	k.repeat(n, func() {
		k.Store(asm.F32Store, 0, out.emit(k), loadFloat(in, 0).emit(k))
		k.set(out, plus(out, ldd))
		k.advance(4, in)
	})
}
