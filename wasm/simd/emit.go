package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// code is a WebAssembly function being written. Kernels are expressions that are assigned to variables: an expression is
// a value of Go that emits its instructions when it is assigned or stored.
type code struct {
	*asm.Func
	relaxed bool // multiply and add may be fused
	module  *module
}

// expr is an expression; emit leaves its value on the operand stack.
type expr interface{ emit(*code) asm.Value }

// variable is a parameter or local variable; as an expression it is its value.
type variable struct{ asm.Local }

func (v variable) emit(k *code) asm.Value { return k.Get(v.Local) }

type emitted func(*code) asm.Value

func (e emitted) emit(k *code) asm.Value { return e(k) }

// apply is an instruction with its operands.
func apply(op *asm.Op, operands ...expr) expr {
	return emitted(func(k *code) asm.Value { return k.Op(op, k.emitAll(operands)...) })
}

func (k *code) emitAll(operands []expr) []asm.Value {
	values := make([]asm.Value, len(operands))
	for i, operand := range operands {
		values[i] = operand.emit(k)
	}
	return values
}

// Float lanes.

func add(a, b expr) expr { return apply(asm.F32x4Add, a, b) }
func sub(a, b expr) expr { return apply(asm.F32x4Sub, a, b) }
func mul(a, b expr) expr { return apply(asm.F32x4Mul, a, b) }
func div(a, b expr) expr { return apply(asm.F32x4Div, a, b) }
func sqrt(a expr) expr   { return apply(asm.F32x4Sqrt, a) }
func or(a, b expr) expr  { return apply(asm.V128Or, a, b) }
func splat(a expr) expr  { return apply(asm.F32x4Splat, a) }

// without clears in a the bits that are set in b.
func without(a, b expr) expr { return apply(asm.V128Andnot, a, b) }

// choose takes a where mask has ones, else b.
func choose(a, b, mask expr) expr { return apply(asm.V128Bitselect, a, b, mask) }

// atMost is x, or limit where that is below it; a NaN stays.
func atMost(x, limit expr) expr { return apply(asm.F32x4Pmin, x, limit) }

// atLeast is x, or limit where that is above it; a NaN stays.
func atLeast(x, limit expr) expr { return apply(asm.F32x4Pmax, x, limit) }

// multiplyAdd is a·b + c, fused in the relaxed variant.
func multiplyAdd(a, b, c expr) expr {
	return emitted(func(k *code) asm.Value {
		if k.relaxed {
			return apply(asm.F32x4RelaxedMadd, a, b, c).emit(k)
		}
		return add(mul(a, b), c).emit(k)
	})
}

// subtractProduct is c - a·b, fused in the relaxed variant.
func subtractProduct(c, a, b expr) expr {
	return emitted(func(k *code) asm.Value {
		if k.relaxed {
			return apply(asm.F32x4RelaxedNmadd, a, b, c).emit(k)
		}
		return sub(c, mul(a, b)).emit(k)
	})
}

// lanes is a constant of four floats.
func lanes(x [4]float32) expr {
	return emitted(func(k *code) asm.Value { return k.V128(asm.F32x4(x)) })
}

// all is a constant in every lane.
func all(x float32) expr { return lanes([4]float32{x, x, x, x}) }

// bits is an integer constant in every lane.
func bits(x uint32) expr {
	return emitted(func(k *code) asm.Value { return k.V128(asm.I32x4([4]uint32{x, x, x, x})) })
}

// shuffle picks four 32-bit lanes of a.
func shuffle(a expr, lanes ...int) expr {
	return emitted(func(k *code) asm.Value {
		v := k.let(a)
		return shuffle2(v, v, lanes...).emit(k)
	})
}

// shuffle2 picks four 32-bit lanes of a (0 to 3) and b (4 to 7).
func shuffle2(a, b expr, lanes ...int) expr {
	return emitted(func(k *code) asm.Value {
		var bytes [16]byte
		for i := range bytes {
			bytes[i] = byte(4*lanes[i/4] + i%4)
		}
		return k.Shuffle(bytes, a.emit(k), b.emit(k))
	})
}

// sumOfLanes is (lane 0 + lane 2) + (lane 1 + lane 3), an f32.
func sumOfLanes(a expr) expr {
	return emitted(func(k *code) asm.Value {
		halves := k.let(add(shuffle(a, 0, 1, 0, 1), shuffle(a, 2, 3, 2, 3)))
		return apply(asm.F32Add, lane(halves, 0), lane(halves, 1)).emit(k)
	})
}

func lane(a expr, i byte) expr {
	return emitted(func(k *code) asm.Value { return k.Lane(asm.F32x4ExtractLane, i, a.emit(k)) })
}

// Integers and addresses, single floats.

func number(x int32) expr {
	return emitted(func(k *code) asm.Value { return k.I32(x) })
}

func float(x float32) expr {
	return emitted(func(k *code) asm.Value { return k.F32(x) })
}

func plus(a, b expr) expr          { return apply(asm.I32Add, a, b) }
func minus(a, b expr) expr         { return apply(asm.I32Sub, a, b) }
func times(a, b expr) expr         { return apply(asm.I32Mul, a, b) }
func shifted(a expr, n int32) expr { return apply(asm.I32Shl, a, number(n)) }
func bitAnd(a, b expr) expr        { return apply(asm.I32And, a, b) }
func less(a, b expr) expr          { return apply(asm.I32LtU, a, b) }
func isZero(a expr) expr           { return apply(asm.I32Eqz, a) }

// bytes is the size of n floats.
func bytes(n expr) expr { return shifted(n, 2) }

// Memory.

func load(address expr, offset uint32) expr {
	return emitted(func(k *code) asm.Value { return k.Load(asm.V128Load, offset, address.emit(k)) })
}

// loadSplat is one float of memory in every lane.
func loadSplat(address expr, offset uint32) expr {
	return emitted(func(k *code) asm.Value { return k.Load(asm.V128Load32Splat, offset, address.emit(k)) })
}

func loadFloat(address expr, offset uint32) expr {
	return emitted(func(k *code) asm.Value { return k.Load(asm.F32Load, offset, address.emit(k)) })
}

func loadInteger(address expr, offset uint32) expr {
	return emitted(func(k *code) asm.Value { return k.Load(asm.I32Load, offset, address.emit(k)) })
}

func (k *code) store(address expr, offset uint32, value expr) {
	k.Store(asm.V128Store, offset, address.emit(k), value.emit(k))
}

func (k *code) storeFloat(address expr, offset uint32, value expr) {
	k.Store(asm.F32Store, offset, address.emit(k), value.emit(k))
}

// Variables and control.

func (k *code) set(v variable, value expr) { k.Set(v.Local, value.emit(k)) }

// let is a new vector variable with a value.
func (k *code) let(value expr) variable { return k.letTyped(asm.V128, value) }

// letInt is a new i32 variable with a value.
func (k *code) letInt(value expr) variable { return k.letTyped(asm.I32, value) }

func (k *code) letFloat(value expr) variable { return k.letTyped(asm.F32, value) }

func (k *code) letTyped(t asm.Type, value expr) variable {
	v := variable{k.Local(t)}
	k.set(v, value)
	return v
}

// advance adds bytes to addresses.
func (k *code) advance(bytes int32, addresses ...variable) {
	for _, address := range addresses {
		k.set(address, plus(address, number(bytes)))
	}
}

func (k *code) when(condition expr, then func()) {
	condition.emit(k)
	k.If(asm.Void, func(asm.Label) { then() }, nil)
}

func (k *code) either(condition expr, then, otherwise func()) {
	condition.emit(k)
	k.If(asm.Void, func(asm.Label) { then() }, func(asm.Label) { otherwise() })
}

// while runs body as long as the condition holds; it is tested before the first turn and at the end of each, so a turn
// has one branch.
func (k *code) while(condition expr, body func()) {
	k.when(condition, func() {
		k.Loop(asm.Void, func(again asm.Label) {
			body()
			k.BranchIf(again, condition.emit(k))
		})
	})
}

// repeat runs body count times; count must be a variable that nobody needs afterwards.
func (k *code) repeat(count variable, body func()) {
	k.while(count, func() {
		body()
		k.set(count, minus(count, number(1)))
	})
}
