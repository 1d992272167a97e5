// Package kernel is what the engine asks of the machine: matrix products, fused cell steps, softmax
// cross-entropy, optimiser updates, all on float32.
//
// Matrices are row-major slices with a leading dimension (ld…), the distance between two rows in floats.
// Letters: B batch, H hidden, k the summed dimension of a product, m and n its rows and columns.
//
// Arguments are checked here, once. A slice that is too short or an id out of range is a fault of the program above and
// panics with the kernel's name and the figures; sizes of 0 are allowed everywhere and do nothing.
//
// # One order of arithmetic
//
// Every kernel has a portable Go body, compiled into every build. Under GOOS=js a WebAssembly SIMD kernel
// stands in for it when the host has linked one (see [Variant]). Portable and SIMD128 results are equal bit for
// bit, because each kernel's comment fixes the order of its operations: nothing is fused, and a reduction
// states its lanes. The relaxed-SIMD variant may fuse a multiply with an add and is equal within rounding.
// NaN in gives NaN out, but where a kernel's comment says that it does not look; the bits of a NaN are not promised.
//
// A reduction "in four lanes" keeps four partial results; element i belongs to lane i mod 4, each lane runs in
// ascending i, and the end is (lane 0 + lane 2) + (lane 1 + lane 3).
package kernel

// Names of the variants, as [Variant] tells them.
const (
	Portable    = "portable"
	SIMD        = "simd"
	RelaxedSIMD = "relaxed-simd"
)
