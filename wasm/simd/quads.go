package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// quad is the place of a turn of [code.quads]: four floats at each of several addresses, or the 1 to 3 floats of a row's rest.
// Lanes beyond the rest load as zeros and are not stored.
type quad struct {
	k    *code
	rest *variable // nil: all four
}

func (q quad) load(address variable) expr {
	if q.rest == nil {
		return load(address, 0)
	}
	return emitted(func(k *code) asm.Value { return k.Call(k.module.loadRest, k.emitAll([]expr{address, *q.rest})...) })
}

func (q quad) store(address variable, value expr) {
	if q.rest == nil {
		q.k.store(address, 0, value)
		return
	}
	q.k.Call(q.k.module.storeRest, q.k.emitAll([]expr{address, *q.rest, value})...)
}

// only is x with the lanes beyond the rest replaced by those of other.
func (q quad) only(x, other expr) expr {
	if q.rest == nil {
		return x
	}
	index := emitted(func(k *code) asm.Value { return k.V128(asm.I32x4([4]uint32{0, 1, 2, 3})) })
	return choose(x, other, apply(asm.I32x4LtS, index, apply(asm.I32x4Splat, *q.rest)))
}

// quads runs body over n floats at each of the addresses, four at a time, then once over the rest. Addresses are left behind
// the last float, n is used up.
func (k *code) quads(n variable, addresses []variable, body func(quad)) {
	k.while(less(number(3), n), func() {
		body(quad{k: k})
		k.advance(16, addresses...)
		k.set(n, minus(n, number(4)))
	})
	k.when(n, func() {
		body(quad{k: k, rest: &n})
		step := k.letInt(bytes(n))
		for _, address := range addresses {
			k.set(address, plus(address, step))
		}
	})
}

// writeRests writes the two functions that touch 1 to 3 floats.
func (m *module) writeRests() {
	k := m.newCode("load_rest", asm.Signature{Params: asm.Types{asm.I32, asm.I32}, Results: asm.Types{asm.V128}})
	address, count := variable{k.Param(0)}, variable{k.Param(1)}
	v := variable{k.Local(asm.V128)}
	k.either(bitAnd(count, number(2)), func() {
		k.set(v, loadWith(asm.V128Load64Zero, address))
		k.when(bitAnd(count, number(1)), func() {
			k.Set(v.Local, k.LoadLane(asm.V128Load32Lane, 8, 2, address.emit(k), v.emit(k)))
		})
	}, func() {
		k.set(v, loadWith(asm.V128Load32Zero, address))
	})
	k.Get(v.Local)
	m.loadRest = k.Func

	k = m.newCode("store_rest", asm.Signature{Params: asm.Types{asm.I32, asm.I32, asm.V128}})
	address, count, v = variable{k.Param(0)}, variable{k.Param(1)}, variable{k.Param(2)}
	k.either(bitAnd(count, number(2)), func() {
		k.StoreLane(asm.V128Store64Lane, 0, 0, address.emit(k), v.emit(k))
		k.when(bitAnd(count, number(1)), func() {
			k.StoreLane(asm.V128Store32Lane, 8, 2, address.emit(k), v.emit(k))
		})
	}, func() {
		k.StoreLane(asm.V128Store32Lane, 0, 0, address.emit(k), v.emit(k))
	})
	m.storeRest = k.Func
}

// loadWith is a load without an offset by another instruction than v128.load.
func loadWith(op *asm.Op, address expr) expr {
	return emitted(func(k *code) asm.Value { return k.Load(op, 0, address.emit(k)) })
}
