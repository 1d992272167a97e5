package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// The layout of panels is at core/kernel.Panels.

// packRows copies bands of 8 columns, row by row.
func packRows(k *code) {
	panel, b, depth, n := k.param("panels"), k.param("b"), k.param("k"), k.param("n")
	ld := k.letInt(bytes(k.param("ld")))
	down := func(body func(row variable)) {
		row, count := k.letInt(b), k.letInt(depth)
		k.repeat(count, func() {
			body(row)
			k.set(row, plus(row, ld))
		})
	}
	k.while(less(number(7), n), func() {
		down(func(row variable) {
			k.store(panel, 0, load(row, 0))
			k.store(panel, 16, load(row, 16))
			k.advance(32, panel)
		})
		k.advance(32, b)
		k.set(n, minus(n, number(8)))
	})
	k.either(less(number(4), n), func() {
		rest := k.letInt(minus(n, number(4)))
		down(func(row variable) {
			k.store(panel, 0, load(row, 0))
			k.store(panel, 16, k.restAt(row, 16, rest))
			k.advance(32, panel)
		})
	}, func() {
		k.when(n, func() {
			down(func(row variable) {
				k.either(isZero(bitAnd(n, number(3))), func() {
					k.store(panel, 0, load(row, 0))
				}, func() {
					k.store(panel, 0, k.restAt(row, 0, n))
				})
				k.advance(16, panel)
			})
		})
	})
}

// restAt is the 1 to 3 floats at an address, then zeros.
func (k *code) restAt(address expr, offset int32, count variable) expr {
	return emitted(func(k *code) asm.Value {
		return k.Call(k.module.loadRest, k.emitAll([]expr{plus(address, number(offset)), count})...)
	})
}

// packColumns transposes bands of 8 rows of b in two blocks of 4×4.
func packColumns(k *code) {
	panel, b, depth, n := k.param("panels"), k.param("b"), k.param("k"), k.param("n")
	ld := k.letInt(bytes(k.param("ld")))
	k.while(less(number(7), n), func() {
		in, count := k.letInt(b), k.letInt(depth)
		k.while(less(number(3), count), func() {
			at := k.letInt(in)
			for half := range uint32(2) {
				var rows [4]variable
				for i := range rows {
					rows[i] = k.let(load(at, 0))
					k.set(at, plus(at, ld))
				}
				for i, column := range k.transposed4(rows) {
					k.store(panel, uint32(32*i)+16*half, column)
				}
			}
			k.advance(16, in)
			k.advance(128, panel)
			k.set(count, minus(count, number(4)))
		})
		k.repeat(count, func() {
			at := k.letInt(in)
			for i := range uint32(8) {
				k.storeFloat(panel, 4*i, loadFloat(at, 0))
				k.set(at, plus(at, ld))
			}
			k.advance(4, in)
			k.advance(32, panel)
		})
		k.set(b, plus(b, shifted(ld, 3)))
		k.set(n, minus(n, number(8)))
	})
	k.when(n, func() { k.packLastColumns(panel, b, ld, depth, n) })
}

// packLastColumns packs 1 to 7 rows of b, float by float, into a panel of 4 or 8 columns that was filled with zeros.
func (k *code) packLastColumns(panel, b, ld, depth, n variable) {
	width := k.letInt(number(16))
	k.when(less(number(4), n), func() { k.set(width, number(32)) })
	out, floats := k.letInt(panel), k.letInt(times(depth, width))
	k.while(floats, func() {
		k.store(out, 0, all(0))
		k.advance(16, out)
		k.set(floats, minus(floats, number(16)))
	})
	k.repeat(n, func() {
		in, count := k.letInt(b), k.letInt(depth)
		k.set(out, panel)
		k.repeat(count, func() {
			k.storeFloat(out, 0, loadFloat(in, 0))
			k.advance(4, in)
			k.set(out, plus(out, width))
		})
		k.advance(4, panel)
		k.set(b, plus(b, ld))
	})
}

// packLeft interleaves four rows at a time in blocks of 4×4 and copies the 1 to 3 rows that are left.
func packLeft(k *code) {
	left, a, m, depth := k.param("left"), k.param("a"), k.param("m"), k.param("k")
	ld := k.letInt(bytes(k.param("ld")))
	k.while(less(number(3), m), func() {
		in, count := k.letInt(a), k.letInt(depth)
		k.while(less(number(3), count), func() {
			var rows [4]variable
			at := k.letInt(in)
			for i := range rows {
				rows[i] = k.let(load(at, 0))
				k.set(at, plus(at, ld))
			}
			for i, column := range k.transposed4(rows) {
				k.store(left, uint32(16*i), column)
			}
			k.advance(16, in)
			k.advance(64, left)
			k.set(count, minus(count, number(4)))
		})
		k.repeat(count, func() {
			at := k.letInt(in)
			for i := range uint32(4) {
				k.storeFloat(left, 4*i, loadFloat(at, 0))
				k.set(at, plus(at, ld))
			}
			k.advance(4, in)
			k.advance(16, left)
		})
		k.set(a, plus(a, shifted(ld, 2)))
		k.set(m, minus(m, number(4)))
	})
	k.repeat(m, func() {
		in := k.letInt(a)
		k.quads(k.letInt(depth), []variable{left, in}, func(q quad) {
			q.store(left, q.load(in))
		})
		k.set(a, plus(a, ld))
	})
}

// packLeftTransposed takes bands of 16 columns of a, a line of the cache, into four groups at once; then bands of 4; then the
// 1 to 3 columns that are left, float by float.
func packLeftTransposed(k *code) {
	left, a, m, depth := k.param("left"), k.param("a"), k.param("m"), k.param("k")
	ld := k.letInt(bytes(k.param("ld")))
	groupBytes := k.letInt(shifted(depth, 4))
	for _, groups := range []int32{4, 1} {
		k.while(less(number(4*groups-1), m), func() {
			out := []variable{k.letInt(left)}
			for range groups - 1 {
				out = append(out, k.letInt(plus(out[len(out)-1], groupBytes)))
			}
			in, count := k.letInt(a), k.letInt(depth)
			k.repeat(count, func() {
				for i, group := range out {
					k.store(group, 0, load(in, uint32(16*i)))
				}
				k.advance(16, out...)
				k.set(in, plus(in, ld))
			})
			k.set(left, plus(left, times(groupBytes, number(groups))))
			k.advance(16*groups, a)
			k.set(m, minus(m, number(4*groups)))
		})
	}
	k.repeat(m, func() {
		in, count := k.letInt(a), k.letInt(depth)
		k.repeat(count, func() {
			k.storeFloat(left, 0, loadFloat(in, 0))
			k.advance(4, left)
			k.set(in, plus(in, ld))
		})
		k.advance(4, a)
	})
}
