// Package asm is a small typed assembler for WebAssembly: modules are written as Go calls, one call an instruction,
// and come out as bytes.
//
//	m := asm.NewModule()
//	f := m.Func("hypotenuse", asm.Signature{Params: asm.Types{asm.F32, asm.F32}, Results: asm.Types{asm.F32}})
//	a, b := f.Param(0), f.Param(1)
//	f.Op(asm.F32Sqrt,
//		f.Op(asm.F32Add,
//			f.Op(asm.F32Mul, f.Get(a), f.Get(a)),
//			f.Op(asm.F32Mul, f.Get(b), f.Get(b))))
//	m.Export("hypotenuse", f)
//	code, err := m.Bytes()
//
// Instructions are emitted the moment they are called. Go evaluates arguments before the call, from left to right, so the
// nested form above emits the operands first, as a stack machine wants them; the flat form f.Get(a); f.Get(a);
// f.Op(asm.F32Mul) emits the same bytes. An operand that is passed is a [Value], and the assembler checks that it is the one
// that the instruction will really take: a value kept in a Go variable while other code was emitted is refused.
//
// The operand stack is type-checked by the specification's validation algorithm while the code is emitted, unreachable code
// included. The first fault of each function is kept, with the file and line of the caller outside this package, and
// [Module.Bytes] returns all of them. After a fault the function ignores what follows, so there is one error per cause.
//
// Covered are WebAssembly 1.0, sign extension, saturating conversions, 128-bit SIMD and relaxed multiply-add, with the sections
// type, import, function, table, memory, global, export, element, code, data and custom (names).
package asm
