package asm

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// instantiate runs a module.
func instantiate(t *testing.T, m *Module) api.Module {
	t.Helper()
	code, err := m.Bytes()
	require.NoError(t, err)
	runtime := wazero.NewRuntime(context.Background())
	t.Cleanup(func() { runtime.Close(context.Background()) })
	instance, err := runtime.Instantiate(context.Background(), code)
	require.NoError(t, err)
	return instance
}

func call(t *testing.T, instance api.Module, name string, args ...uint64) []uint64 {
	t.Helper()
	results, err := instance.ExportedFunction(name).Call(context.Background(), args...)
	require.NoError(t, err)
	return results
}

// TestEveryOp lets another implementation validate opcode, type and immediates of each instruction.
func TestEveryOp(t *testing.T) {
	relaxed := map[*Op]bool{F32x4RelaxedMadd: true, F32x4RelaxedNmadd: true, F64x2RelaxedMadd: true, F64x2RelaxedNmadd: true}
	names := map[string]bool{}
	assert.Greater(t, len(Ops()), 380)
	for _, op := range Ops() {
		assert.False(t, names[op.String()], "%s is defined twice", op)
		names[op.String()] = true
		m := NewModule()
		m.Memory(Limits{Min: 1})
		f := m.Func("f", Signature{Params: op.pops, Results: op.pushes})
		for i := range op.pops {
			f.Get(f.Param(i))
		}
		switch {
		case op.bytes > 0 && op.lanes > 0 && len(op.pushes) > 0:
			f.LoadLane(op, 300, op.lanes-1)
		case op.bytes > 0 && op.lanes > 0:
			f.StoreLane(op, 300, op.lanes-1)
		case op.bytes > 0 && len(op.pushes) > 0:
			f.Load(op, 300)
		case op.bytes > 0:
			f.Store(op, 300)
		case op.lanes > 0:
			f.Lane(op, op.lanes-1)
		default:
			f.Op(op)
		}
		code, err := m.Bytes()
		require.NoError(t, err, op)
		if relaxed[op] {
			continue // wazero does not know them; Node validates them when it loads the relaxed kernels
		}
		_, err = wazero.NewRuntime(context.Background()).CompileModule(context.Background(), code)
		assert.NoError(t, err, op)
	}
}

func TestOpsCompute(t *testing.T) {
	m := NewModule()
	binary := func(name string, op *Op, a, b func(*Func) Value, result Type) {
		f := m.Func(name, Signature{Results: Types{result}})
		f.Op(op, a(f), b(f))
		m.Export(name, f)
	}
	number := func(x int32) func(*Func) Value { return func(f *Func) Value { return f.I32(x) } }
	binary("sub", I32Sub, number(5), number(7), I32)
	binary("shr_u", I32ShrU, number(-1), number(28), I32)
	binary("lt", F64Lt, func(f *Func) Value { return f.F64(1) }, func(f *Func) Value { return f.F64(math.Inf(1)) }, I32)
	binary("mul", I64Mul, func(f *Func) Value { return f.I64(1 << 40) }, func(f *Func) Value { return f.I64(-3) }, I64)
	lanes := m.Func("lanes", Signature{Results: Types{F32}})
	lanes.Lane(F32x4ExtractLane, 2, lanes.Op(F32x4Add, lanes.V128(F32x4([4]float32{1, 2, 3, 4})), lanes.Op(F32x4Splat, lanes.F32(0.5))))
	m.Export("lanes", lanes)
	shuffled := m.Func("shuffled", Signature{Results: Types{I32}})
	a, b := [4]uint32{1, 2, 3, 4}, [4]uint32{5, 6, 7, 8}
	shuffled.Lane(I32x4ExtractLane, 0, shuffled.Shuffle([16]byte{24, 25, 26, 27}, shuffled.V128(I32x4(a)), shuffled.V128(I32x4(b))))
	m.Export("shuffled", shuffled)
	instance := instantiate(t, m)
	assert.Equal(t, int32(-2), int32(call(t, instance, "sub")[0]))
	assert.Equal(t, int32(15), int32(call(t, instance, "shr_u")[0]))
	assert.Equal(t, uint64(1), call(t, instance, "lt")[0])
	assert.Equal(t, int64(-3<<40), int64(call(t, instance, "mul")[0]))
	assert.Equal(t, float32(3.5), api.DecodeF32(call(t, instance, "lanes")[0]))
	assert.Equal(t, uint64(7), call(t, instance, "shuffled")[0])
}

// TestConstants takes integers around every length of LEB128.
func TestConstants(t *testing.T) {
	var values []int64
	for shift := range 63 {
		for _, d := range []int64{-1, 0, 1} {
			values = append(values, 1<<shift+d, -(1<<shift)+d)
		}
	}
	values = append(values, math.MaxInt64, math.MinInt64)
	m := NewModule()
	f := m.Func("pick", Signature{Params: Types{I32}, Results: Types{I64}})
	short := m.Func("short", Signature{Params: Types{I32}, Results: Types{I32}})
	for i, x := range values {
		f.Op(I32Eq, f.Get(f.Param(0)), f.I32(int32(i)))
		f.If(Void, func(Label) { f.Return(f.I64(x)) }, nil)
		short.Op(I32Eq, short.Get(short.Param(0)), short.I32(int32(i)))
		short.If(Void, func(Label) { short.Return(short.I32(int32(x))) }, nil)
	}
	f.Unreachable()
	short.Unreachable()
	m.Export("pick", f)
	m.Export("short", short)
	instance := instantiate(t, m)
	for i, x := range values {
		assert.Equal(t, x, int64(call(t, instance, "pick", uint64(i))[0]))
		assert.Equal(t, int32(x), int32(call(t, instance, "short", uint64(i))[0]))
	}
}

func TestLoopsAndBranches(t *testing.T) {
	m := NewModule()
	factorial := m.Func("factorial", Signature{Params: Types{I64}, Results: Types{I64}})
	n, product := factorial.Param(0), factorial.Local(I64)
	factorial.Set(product, factorial.I64(1))
	factorial.Block(Void, func(done Label) {
		factorial.Loop(Void, func(again Label) {
			factorial.BranchIf(done, factorial.Op(I64Eqz, factorial.Get(n)))
			factorial.Set(product, factorial.Op(I64Mul, factorial.Get(product), factorial.Get(n)))
			factorial.Set(n, factorial.Op(I64Sub, factorial.Get(n), factorial.I64(1)))
			factorial.Branch(again)
		})
	})
	factorial.Get(product)
	m.Export("factorial", factorial)

	// A block and a loop with parameters; branches that carry a value.
	double := m.Func("double", Signature{Params: Types{I32}, Results: Types{I32}})
	one := Signature{Params: Types{I32}, Results: Types{I32}}
	x := double.Local(I32)
	double.Get(double.Param(0))
	double.Block(one, func(out Label) {
		double.Loop(one, func(again Label) {
			double.Set(x)
			double.Tee(x, double.Op(I32Mul, double.Get(x), double.I32(2)))
			double.BranchIf(out, double.Op(I32GtS, double.Get(x), double.I32(100)))
			double.Branch(again)
		})
	})
	m.Export("double", double)

	sign := m.Func("sign", Signature{Params: Types{F32}, Results: Types{I32}})
	sign.Op(F32Lt, sign.Get(sign.Param(0)), sign.F32(0))
	sign.If(Signature{Results: Types{I32}}, func(Label) { sign.I32(-1) }, func(Label) {
		sign.Select(sign.I32(1), sign.I32(0), sign.Op(F32Gt, sign.Get(sign.Param(0)), sign.F32(0)))
	})
	m.Export("sign", sign)
	instance := instantiate(t, m)
	assert.Equal(t, uint64(3628800), call(t, instance, "factorial", 10)[0])
	assert.Equal(t, uint64(192), call(t, instance, "double", 3)[0])
	for x, want := range map[float32]int32{-2: -1, 0: 0, 7: 1} {
		assert.Equal(t, want, int32(call(t, instance, "sign", api.EncodeF32(x))[0]))
	}
}

func TestBranchTable(t *testing.T) {
	m := NewModule()
	f := m.Func("pick", Signature{Params: Types{I32}, Results: Types{I32}})
	f.Block(Void, func(other Label) {
		f.Block(Void, func(second Label) {
			f.Block(Void, func(first Label) {
				f.BranchTable([]Label{first, second}, other, f.Get(f.Param(0)))
			})
			f.Return(f.I32(10))
		})
		f.Return(f.I32(20))
	})
	f.I32(30)
	m.Export("pick", f)
	instance := instantiate(t, m)
	for i, want := range []uint64{10, 20, 30, 30} {
		assert.Equal(t, want, call(t, instance, "pick", uint64(i))[0])
	}
}

// TestSections uses every kind of section, two tables among them.
func TestSections(t *testing.T) {
	m := NewModule()
	unary := Signature{Params: Types{I32}, Results: Types{I32}}
	m.Table(ExternRef, Limits{Min: 1, Max: 2, HasMax: true})
	table := m.Table(FuncRef, Limits{Min: 4})
	memory := m.Memory(Limits{Min: 1, Max: 3, HasMax: true})
	counter := m.GlobalI32(true, 40)
	half := m.GlobalF32(false, 0.5)
	long := m.GlobalI64(false, -7)
	double := m.GlobalF64(false, 2.25)
	triple := m.Func("triple", unary)
	triple.Op(I32Mul, triple.Get(triple.Param(0)), triple.I32(3))
	negate := m.Func("negate", unary)
	negate.Op(I32Sub, negate.I32(0), negate.Get(negate.Param(0)))
	m.Elements(table, 2, triple, negate)
	m.Data(memory, 100, []byte{1, 2, 3, 4})

	through := m.Func("through", Signature{Params: Types{I32, I32}, Results: Types{I32}})
	through.CallIndirect(table, unary, through.Get(through.Param(0)), through.Get(through.Param(1)))
	count := m.Func("count", Signature{Results: Types{I32}})
	count.SetGlobal(counter, count.Op(I32Add, count.GetGlobal(counter), count.Call(triple, count.I32(1))))
	count.GetGlobal(counter)
	constants := m.Func("constants", Signature{Results: Types{F32, I64, F64}})
	constants.GetGlobal(half)
	constants.GetGlobal(long)
	constants.GetGlobal(double)
	peek := m.Func("peek", unary)
	peek.Load(I32Load, 4, peek.Get(peek.Param(0)))
	grow := m.Func("grow", Signature{Results: Types{I32, I32}})
	grow.MemoryGrow(grow.I32(1))
	grow.MemorySize()
	for _, f := range []*Func{through, count, constants, peek, grow} {
		m.Export(f.Name(), f)
	}
	m.Export("memory", memory)
	m.Export("table", table)
	m.Export("counter", counter)

	instance := instantiate(t, m)
	assert.Equal(t, uint64(15), call(t, instance, "through", 5, 2)[0])
	assert.Equal(t, int32(-5), int32(call(t, instance, "through", 5, 3)[0]))
	assert.Equal(t, uint64(43), call(t, instance, "count")[0])
	assert.Equal(t, uint64(46), call(t, instance, "count")[0])
	assert.Equal(t, uint64(46), instance.ExportedGlobal("counter").Get())
	values := call(t, instance, "constants")
	assert.Equal(t, float32(0.5), api.DecodeF32(values[0]))
	assert.Equal(t, int64(-7), int64(values[1]))
	assert.Equal(t, 2.25, api.DecodeF64(values[2]))
	assert.Equal(t, uint64(0x04030201), call(t, instance, "peek", 96)[0])
	assert.Equal(t, []uint64{1, 2}, call(t, instance, "grow"))
}

func TestImports(t *testing.T) {
	runtime := wazero.NewRuntime(context.Background())
	defer runtime.Close(context.Background())
	var told []int32
	_, err := runtime.NewHostModuleBuilder("host").NewFunctionBuilder().WithFunc(func(x int32) { told = append(told, x) }).Export("tell").
		Instantiate(context.Background())
	require.NoError(t, err)
	library := NewModule()
	library.Export("mem", library.Memory(Limits{Min: 1}))
	library.Export("table", library.Table(FuncRef, Limits{Min: 1}))
	library.Export("global", library.GlobalI32(true, 5))
	code, err := library.Bytes()
	require.NoError(t, err)
	_, err = runtime.InstantiateWithConfig(context.Background(), code, wazero.NewModuleConfig().WithName("library"))
	require.NoError(t, err)

	m := NewModule()
	tell := m.ImportFunc("host", "tell", Signature{Params: Types{I32}})
	m.ImportMemory("library", "mem", Limits{Min: 1})
	table := m.ImportTable("library", "table", FuncRef, Limits{Min: 1})
	global := m.ImportGlobal("library", "global", I32, true)
	f := m.Func("run", Signature{})
	f.Call(tell, f.GetGlobal(global))
	f.Store(I32Store, 0, f.I32(8), f.I32(9))
	f.CallIndirect(table, Signature{Params: Types{I32}}, f.Load(I32Load, 8, f.I32(0)), f.I32(0))
	m.Elements(table, 0, tell)
	m.Export("run", f)
	code, err = m.Bytes()
	require.NoError(t, err)
	instance, err := runtime.InstantiateWithConfig(context.Background(), code, wazero.NewModuleConfig().WithName("m"))
	require.NoError(t, err)
	call(t, instance, "run")
	assert.Equal(t, []int32{5, 9}, told)
}

// TestUnreachableCode is what the validation algorithm lets stand after a branch.
func TestUnreachableCode(t *testing.T) {
	m := NewModule()
	f := m.Func("f", Signature{Results: Types{I32}})
	f.Block(Signature{Results: Types{I32}}, func(l Label) {
		f.I32(1)
		f.Branch(l)
		f.Op(F32Add) // takes what is not there
		f.Drop()
		f.Select()
		f.Op(I32Add)
	})
	m.Export("f", f)
	assert.Equal(t, uint64(1), call(t, instantiate(t, m), "f")[0])
}

func TestNamesOfFunctions(t *testing.T) {
	m := NewModule()
	f := m.Func("crash", Signature{})
	f.Unreachable()
	m.Export("f", f)
	_, err := instantiate(t, m).ExportedFunction("f").Call(context.Background())
	assert.ErrorContains(t, err, "crash", "the stack trace has the name section's name")
}

func ExampleModule() {
	m := NewModule()
	f := m.Func("hypotenuse", Signature{Params: Types{F32, F32}, Results: Types{F32}})
	a, b := f.Param(0), f.Param(1)
	f.Op(F32Sqrt,
		f.Op(F32Add,
			f.Op(F32Mul, f.Get(a), f.Get(a)),
			f.Op(F32Mul, f.Get(b), f.Get(b))))
	m.Export("hypotenuse", f)
	code, _ := m.Bytes()

	runtime := wazero.NewRuntime(context.Background())
	instance, _ := runtime.Instantiate(context.Background(), code)
	results, _ := instance.ExportedFunction("hypotenuse").Call(context.Background(), api.EncodeF32(3), api.EncodeF32(4))
	fmt.Println(api.DecodeF32(results[0]))
	// Output: 5
}
