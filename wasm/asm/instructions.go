package asm

const (
	opI32Const  = 0x41
	opI64Const  = 0x42
	opF32Const  = 0x43
	opF64Const  = 0x44
	opDrop      = 0x1a
	opSelect    = 0x1b
	opLocalGet  = 0x20
	opLocalSet  = 0x21
	opLocalTee  = 0x22
	opGlobalGet = 0x23
	opGlobalSet = 0x24
	opMemSize   = 0x3f
	opMemGrow   = 0x40
	simdPrefix  = 0xfd
)

// Op emits an instruction that has no immediates.
func (f *Func) Op(op *Op, operands ...Value) Value {
	if op.bytes > 0 || op.lanes > 0 {
		f.fail("%s has immediates: use Load, Store, Lane, LoadLane or StoreLane", op)
	}
	return f.emit(op, operands, nil)
}

// emit checks the operands, writes opcode and immediates, and pushes the result.
func (f *Func) emit(op *Op, operands []Value, immediates []byte) Value {
	if f.broken(op.name) {
		return Value{}
	}
	f.match(op.name, operands, len(op.pops))
	f.popTypes(op.name, op.pops)
	f.code = append(op.encode(f.code), immediates...)
	return f.pushTypes(op.pushes)
}

// Load emits a load from the address operand plus offset bytes. Alignment is a hint that hosts ignore; the natural one is
// written, and any address is allowed.
func (f *Func) Load(op *Op, offset uint32, address ...Value) Value {
	if op.bytes == 0 || op.lanes > 0 || len(op.pushes) != 1 {
		f.fail("%s is not a load", op)
	}
	return f.emit(op, address, f.memoryImmediate(op, offset))
}

// Store emits a store to the address plus offset bytes. Operands are address and value.
func (f *Func) Store(op *Op, offset uint32, addressAndValue ...Value) {
	if op.bytes == 0 || op.lanes > 0 || len(op.pushes) != 0 {
		f.fail("%s is not a store", op)
	}
	f.emit(op, addressAndValue, f.memoryImmediate(op, offset))
}

// LoadLane emits a load into one lane of a vector. Operands are address and vector.
func (f *Func) LoadLane(op *Op, offset uint32, lane byte, addressAndVector ...Value) Value {
	if op.bytes == 0 || op.lanes == 0 || len(op.pushes) != 1 {
		f.fail("%s is not a load of one lane", op)
	}
	return f.emit(op, addressAndVector, append(f.memoryImmediate(op, offset), f.lane(op, lane)))
}

// StoreLane emits a store of one lane of a vector. Operands are address and vector.
func (f *Func) StoreLane(op *Op, offset uint32, lane byte, addressAndVector ...Value) {
	if op.bytes == 0 || op.lanes == 0 || len(op.pushes) != 0 {
		f.fail("%s is not a store of one lane", op)
	}
	f.emit(op, addressAndVector, append(f.memoryImmediate(op, offset), f.lane(op, lane)))
}

// Lane emits extract_lane (operand: the vector) or replace_lane (operands: the vector and the number).
func (f *Func) Lane(op *Op, lane byte, operands ...Value) Value {
	if op.lanes == 0 || op.bytes > 0 {
		f.fail("%s takes no lane", op)
	}
	return f.emit(op, operands, []byte{f.lane(op, lane)})
}

func (f *Func) lane(op *Op, lane byte) byte {
	if lane >= op.lanes {
		f.fail("%s: lane %d, want 0 to %d", op, lane, int(op.lanes)-1)
	}
	return lane
}

func (f *Func) memoryImmediate(op *Op, offset uint32) []byte {
	f.needMemory(op.name)
	alignment := byte(0)
	for 1<<alignment < op.bytes {
		alignment++
	}
	return appendUnsigned([]byte{alignment}, uint64(offset))
}

func (f *Func) needMemory(instruction string) {
	if len(f.module.memories) == 0 {
		f.fail("%s: the module has no memory", instruction)
	}
}

// Shuffle emits i8x16.shuffle: byte i of the result is byte lanes[i] of the two vectors side by side.
func (f *Func) Shuffle(lanes [16]byte, vectors ...Value) Value {
	for i, lane := range lanes {
		if lane >= 32 {
			f.fail("i8x16.shuffle: index %d is %d, want 0 to 31", i, lane)
		}
	}
	return f.emit(shuffle, vectors, lanes[:])
}

// shuffle stays out of [Ops]: it is [Func.Shuffle].
var shuffle = &Op{name: "i8x16.shuffle", code: 0xfd0d, pops: []Type{V128, V128}, pushes: []Type{V128}}

// constant emits an instruction that only pushes.
func (f *Func) constant(name string, t Type, code []byte) Value {
	if f.broken(name) {
		return Value{}
	}
	f.code = append(f.code, code...)
	return f.push(t)
}

// I32 pushes a constant.
func (f *Func) I32(x int32) Value {
	return f.constant("i32.const", I32, appendSigned([]byte{opI32Const}, int64(x)))
}

// I64 pushes a constant.
func (f *Func) I64(x int64) Value {
	return f.constant("i64.const", I64, appendSigned([]byte{opI64Const}, x))
}

// F32 pushes a constant.
func (f *Func) F32(x float32) Value {
	return f.constant("f32.const", F32, appendFloat32([]byte{opF32Const}, x))
}

// F64 pushes a constant.
func (f *Func) F64(x float64) Value {
	return f.constant("f64.const", F64, appendFloat64([]byte{opF64Const}, x))
}

// V128 pushes a constant vector, given by its bytes in memory order.
func (f *Func) V128(bytes [16]byte) Value {
	return f.constant("v128.const", V128, append(appendUnsigned([]byte{simdPrefix}, 12), bytes[:]...))
}

// Get pushes a local variable.
func (f *Func) Get(l Local) Value {
	if f.broken("local.get") || !f.owns("local.get", l) {
		return Value{}
	}
	f.code = appendUnsigned(append(f.code, opLocalGet), uint64(l.index))
	return f.push(l.typ)
}

// Set pops a value into a local variable.
func (f *Func) Set(l Local, value ...Value) { f.assign("local.set", opLocalSet, l, value) }

// Tee stores the value on top in a local variable and leaves it there.
func (f *Func) Tee(l Local, value ...Value) Value {
	f.assign("local.tee", opLocalTee, l, value)
	if f.fault != nil {
		return Value{}
	}
	return f.push(l.typ)
}

func (f *Func) assign(name string, code byte, l Local, value []Value) {
	if f.broken(name) || !f.owns(name, l) {
		return
	}
	f.match(name, value, 1)
	f.popTypes(name, Types{l.typ})
	f.code = appendUnsigned(append(f.code, code), uint64(l.index))
}

func (f *Func) owns(name string, l Local) bool {
	if l.owner != f || l.typ == unknown {
		f.fail("%s: the variable belongs to another function", name)
	}
	return f.fault == nil
}

// GetGlobal pushes a global variable.
func (f *Func) GetGlobal(g *Global) Value {
	if f.broken("global.get") || !f.same("global.get", g.module) {
		return Value{}
	}
	f.code = appendUnsigned(append(f.code, opGlobalGet), uint64(g.index))
	return f.push(g.typ)
}

// SetGlobal pops a value into a mutable global variable.
func (f *Func) SetGlobal(g *Global, value ...Value) {
	if f.broken("global.set") || !f.same("global.set", g.module) {
		return
	}
	if !g.mutable {
		f.fail("global.set: the variable is constant")
		return
	}
	f.match("global.set", value, 1)
	f.popTypes("global.set", Types{g.typ})
	f.code = appendUnsigned(append(f.code, opGlobalSet), uint64(g.index))
}

func (f *Func) same(name string, m *Module) bool {
	if m != f.module {
		f.fail("%s: it belongs to another module", name)
	}
	return f.fault == nil
}

// MemorySize pushes the memory's size in pages.
func (f *Func) MemorySize() Value {
	f.needMemory("memory.size")
	return f.constant("memory.size", I32, []byte{opMemSize, 0})
}

// MemoryGrow grows the memory by a number of pages and pushes the size before, or -1.
func (f *Func) MemoryGrow(pages ...Value) Value {
	f.needMemory("memory.grow")
	return f.emit(memoryGrow, pages, []byte{0})
}

var memoryGrow = &Op{name: "memory.grow", code: opMemGrow, pops: []Type{I32}, pushes: []Type{I32}}

// Drop takes the top operand away.
func (f *Func) Drop(value ...Value) {
	if f.broken("drop") {
		return
	}
	f.match("drop", value, 1)
	f.popTypes("drop", Types{unknown})
	f.code = append(f.code, opDrop)
}

// Select takes two operands of one type and an i32, and leaves the first when the i32 is not 0, else the second.
func (f *Func) Select(operands ...Value) Value {
	if f.broken("select") {
		return Value{}
	}
	f.match("select", operands, 3)
	f.popTypes("select", Types{I32})
	t := unknown
	for _, have := range f.operands() {
		t = have
	}
	if t.isReference() {
		f.fail("select of %s", t)
	}
	f.popTypes("select", Types{t, t})
	f.code = append(f.code, opSelect)
	return f.push(t)
}
