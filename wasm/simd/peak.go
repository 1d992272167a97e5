package simd

import "github.com/unfold-rnn/unfold/wasm/asm"

// peakChains is how many independent sums the peak loop keeps: with their factor they fill V8's 15 registers, and they hide the
// latency of a multiply and an add behind each other.
const peakChains = 14

// PeakFLOP is how many floating-point operations one iteration of peak does: a multiply and an add in each of 4 lanes.
const PeakFLOP = peakChains * 4 * 2

// Peak is a module that measures the machine's limit for benchmarks. peak(iterations i32) → f32 runs independent chains
// of sum = sum·x + x on vectors in registers, nothing else, with a multiply and an add, or fused in the relaxed variant; its
// result only keeps the work from being dropped. flop() → i32 is [PeakFLOP].
func Peak(relaxed bool) ([]byte, error) {
	m := &module{Module: asm.NewModule(), relaxed: relaxed}
	k := m.newCode("peak", asm.Signature{Params: asm.Types{asm.I32}, Results: asm.Types{asm.F32}})
	// The factor comes from the argument, so that no compiler can compute ahead.
	x := k.let(mul(splat(apply(asm.F32ConvertI32S, variable{k.Param(0)})), all(0x1p-40)))
	var sums []variable
	for i := range peakChains {
		sums = append(sums, k.let(all(float32(i))))
	}
	k.repeat(variable{k.Param(0)}, func() {
		for _, sum := range sums {
			k.set(sum, multiplyAdd(sum, x, x))
		}
	})
	total := expr(sums[0])
	for _, sum := range sums[1:] {
		total = add(total, sum)
	}
	sumOfLanes(k.let(total)).emit(k)
	m.Export("peak", k.Func)
	flop := m.Func("flop", asm.Signature{Results: asm.Types{asm.I32}})
	flop.I32(PeakFLOP)
	m.Export("flop", flop)
	return m.Bytes()
}
