package simd

import (
	"fmt"

	"github.com/unfold-rnn/unfold/wasm/asm"
)

// A product is computed in tiles of C whose sums stay in registers while k runs. The machine hides the latency of its adders
// behind 6 to 8 independent sums and has 15 registers: 4 rows × 8 columns keep 8 sums, 2 vectors of the panel, 4 splats of the left
// factor and a product. A single row spans several panels instead.

// rowBlock is how many rows go through all panels together: their [rowBlock, k] stays in the cache while each panel, read
// from farther away, is used rowBlock/4 times.
const rowBlock = 32

// unroll is how many terms of the sums one turn of the innermost loop adds.
const unroll = 8

// shape is the shape of a tile: rows × panels·width·4 columns.
type shape struct {
	rows, panels int
	width        int // vectors a panel: 2, or 1 for a narrow last panel
}

func (s shape) String() string { return fmt.Sprintf("tile_%dx%d", s.rows, 4*s.panels*s.width) }

// tiles are the parameters of a tile function: it computes count tiles of one shape, each a step further.
type tiles struct {
	c, ldc, left, panel        expr // addresses; ldc in bytes
	count, columns             expr // columns of the last panel that C has; any multiple of 4 for whole vectors
	depth, accumulate          expr // k; whether sums start from C
	stepC, stepLeft, stepPanel expr // bytes from tile to tile
}

func (t tiles) list() []expr {
	return []expr{t.c, t.ldc, t.left, t.panel, t.count, t.columns, t.depth, t.accumulate, t.stepC, t.stepLeft, t.stepPanel}
}

const tileParams = 11

// tileFunction writes the function of a shape.
func (m *module) tileFunction(s shape) *asm.Func {
	var signature asm.Signature
	for range tileParams {
		signature.Params = append(signature.Params, asm.I32)
	}
	k := m.newCode(s.String(), signature)
	var p [tileParams]variable
	for i := range p {
		p[i] = variable{k.Param(i)}
	}
	c, ldc, left, panel, count, columns, depth, accumulate := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
	sums := make([][]variable, s.rows)
	for r := range sums {
		for range s.panels * s.width {
			sums[r] = append(sums[r], variable{k.Local(asm.V128)})
		}
	}
	k.repeat(count, func() {
		k.either(accumulate, func() {
			k.eachSum(sums, c, ldc, columns, func(at variable, offset uint32, sum variable) {
				k.set(sum, load(at, offset))
			}, func(at, sum, rest variable) {
				k.set(sum, k.restAt(at, 0, rest))
			})
		}, func() {
			for r := range sums {
				for _, sum := range sums[r] {
					k.set(sum, all(0))
				}
			}
		})
		k.addTerms(s, sums, left, panel, depth)
		k.eachSum(sums, c, ldc, columns, func(at variable, offset uint32, sum variable) {
			k.store(at, offset, sum)
		}, func(at, sum, rest variable) {
			k.Call(k.module.storeRest, k.emitAll([]expr{at, rest, sum})...)
		})
		k.set(c, plus(c, p[8]))
		k.set(left, plus(left, p[9]))
		k.set(panel, plus(panel, p[10]))
	})
	return k.Func
}

// eachSum visits the tile's vectors in C. whole gets those that C has all four columns of, part the last of a row when C has
// 1 to 3 of its columns.
func (k *code) eachSum(sums [][]variable, c, ldc, columns variable,
	whole func(at variable, offset uint32, sum variable), part func(at, sum, rest variable)) {
	last := len(sums[0]) - 1 // a padded panel has more than half its columns, so no other vector can be part
	k.either(isZero(bitAnd(columns, number(3))), func() {
		at := k.letInt(c)
		for r := range sums {
			for v, sum := range sums[r] {
				whole(at, uint32(16*v), sum)
			}
			k.set(at, plus(at, ldc))
		}
	}, func() {
		at, rest := k.letInt(c), k.letInt(bitAnd(columns, number(3)))
		for r := range sums {
			for v, sum := range sums[r][:last] {
				whole(at, uint32(16*v), sum)
			}
			part(k.letInt(plus(at, number(int32(16*last)))), sums[r][last], rest)
			k.set(at, plus(at, ldc))
		}
	})
}

// addTerms adds the terms of all k, of which there is at least one, to the sums.
//
// The way out after every term is more than the end of a k that unroll does not divide. V8's older compiler moves all loads of a
// basic block to its top, and with several terms in one block it runs out of registers; a branch ends the block.
func (k *code) addTerms(s shape, sums [][]variable, left, panel, depth variable) {
	at, panels := k.letInt(left), []variable{k.letInt(panel)}
	for len(panels) < s.panels {
		panels = append(panels, k.letInt(plus(panels[len(panels)-1], shifted(depth, int32(3+s.width)))))
	}
	end := k.letInt(plus(left, times(depth, number(int32(4*s.rows)))))
	k.Block(asm.Void, func(done asm.Label) {
		k.Loop(asm.Void, func(again asm.Label) {
			for term := range unroll {
				k.addTerm(s, sums, at, panels, uint32(term))
				k.advance(int32(4*s.rows), at)
				if term == unroll-1 {
					k.advance(int32(16*s.width*unroll), panels...)
					k.BranchIf(again, apply(asm.I32Ne, at, end).emit(k))
				} else {
					k.BranchIf(done, apply(asm.I32Eq, at, end).emit(k))
				}
			}
		})
	})
}

// addTerm adds one term to every sum.
func (k *code) addTerm(s shape, sums [][]variable, at variable, panels []variable, term uint32) {
	var right []variable
	for _, p := range panels {
		for v := range uint32(s.width) {
			right = append(right, k.let(load(p, 16*(term*uint32(s.width)+v))))
		}
	}
	for r := range sums {
		left := k.let(loadSplat(at, uint32(4*r)))
		for v, x := range right {
			k.set(sums[r][v], multiplyAdd(left, x, sums[r][v]))
		}
	}
}

// wide is how many panels a tile of a single row spans.
const wide = 3

// product takes blocks of rows through the panels: rows in fours, then the 1 to 3 rows of the last block's rest, one by one.
func product(k *code) {
	tile := map[shape]*asm.Func{}
	for _, s := range []shape{{4, 1, 2}, {4, 1, 1}, {1, wide, 2}, {1, 2, 2}, {1, 1, 2}, {1, 1, 1}} {
		tile[s] = k.module.tileFunction(s)
	}
	call := func(s shape, t tiles) { k.Call(tile[s], k.emitAll(t.list())...) }
	m := k.param("m")
	t := tiles{c: k.param("c"), ldc: k.letInt(bytes(k.param("ldc"))), left: k.param("left"), panel: k.param("panels"),
		depth: k.param("k"), accumulate: k.param("accumulate")}
	forward := func(rows variable) {
		k.set(t.c.(variable), plus(t.c, times(rows, t.ldc)))
		k.set(t.left.(variable), plus(t.left, bytes(times(rows, t.depth))))
		k.set(m, minus(m, rows))
	}
	k.while(less(number(3), m), func() {
		rows := k.letInt(bitAnd(m, number(^3)))
		k.when(less(number(rowBlock), m), func() { k.set(rows, number(rowBlock)) })
		k.rowsInFours(t, call, rows, k.param("n"))
		forward(rows)
	})
	single := k.letInt(number(1))
	k.while(m, func() {
		k.singleRow(t, call, k.param("n"))
		forward(single)
	})
}

// rowsInFours multiplies a number of rows that 4 divides, panel by panel, tiles one below the other.
func (k *code) rowsInFours(t tiles, call func(shape, tiles), rows, n variable) {
	at, panel, left := k.letInt(t.c), k.letInt(t.panel), k.letInt(n)
	t.c, t.panel, t.columns = at, panel, left
	t.count, t.stepPanel = apply(asm.I32ShrU, rows, number(2)), number(0)
	t.stepC, t.stepLeft = shifted(t.ldc, 2), shifted(t.depth, 4)
	k.while(less(number(4), left), func() {
		columns := k.letInt(left)
		k.when(less(number(8), left), func() { k.set(columns, number(8)) })
		t.columns = columns
		call(shape{4, 1, 2}, t)
		k.set(left, minus(left, columns))
		k.advance(32, at)
		k.set(panel, plus(panel, shifted(t.depth, 5)))
	})
	t.columns = left
	k.when(left, func() { call(shape{4, 1, 1}, t) })
}

// singleRow multiplies one row, tiles one beside the other: several panels, then fewer.
func (k *code) singleRow(t tiles, call func(shape, tiles), n variable) {
	at, panel, left := k.letInt(t.c), k.letInt(t.panel), k.letInt(n)
	t.c, t.panel, t.stepLeft = at, panel, number(0)
	for _, panels := range []int{wide, 2, 1} {
		width := int32(8 * panels)
		count := k.letInt(apply(asm.I32DivU, left, number(width)))
		t.count, t.columns = count, number(0)
		t.stepC, t.stepPanel = number(4*width), times(t.depth, number(4*width))
		call(shape{1, panels, 2}, t)
		done := k.letInt(times(count, number(width)))
		k.set(left, minus(left, done))
		k.set(at, plus(at, bytes(done)))
		k.set(panel, plus(panel, bytes(times(done, t.depth))))
	}
	t.count, t.columns, t.stepC, t.stepPanel = number(1), left, number(0), number(0)
	k.either(less(number(4), left), func() { call(shape{1, 1, 2}, t) }, func() {
		k.when(left, func() { call(shape{1, 1, 1}, t) })
	})
}
