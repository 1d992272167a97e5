package table

// Constants of the elementary functions, shared by the portable bodies and the SIMD kernels. The polynomials were
// fitted for this project by the Remez exchange algorithm in multiple precision, then rounded to float32.

// Argument reduction: x = n·ln 2 + r with n the nearest integer of x·log₂e, so |r| ≤ 0.3466 (Cody and Waite, Software
// Manual for the Elementary Functions, 1980). Ln2High has 16 significant bits, so n·Ln2High is exact for |n| ≤ 256.
// Adding RoundingShift = 1.5·2²³ rounds to the nearest integer and leaves it in the low bits of the sum, on top of
// RoundingBits.
const (
	Log2E         = 0x1.715476p+0
	Ln2High       = 0x1.62e4p-1
	Ln2Low        = 0x1.7f7d1cp-20 // ln 2 - Ln2High
	RoundingShift = 0x1.8p+23
	RoundingBits  = 0x4b400000
)

// Exp: e^r = 1 + r + r²(Exp2 + Exp3 r + Exp4 r² + Exp5 r³ + Exp6 r⁴) on |r| ≤ 0.3469, relative error of the exact
// polynomial below 3.1e-9 (2^-28), then times 2ⁿ. Outside [ExpLow, ExpHigh] the result is 0 or +Inf, as at the bounds.
const (
	Exp2 = 0x1.fffffcp-2
	Exp3 = 0x1.55549p-3
	Exp4 = 0x1.5558f4p-5
	Exp5 = 0x1.123a5cp-7
	Exp6 = 0x1.6a2392p-10

	ExpLow  = -104
	ExpHigh = 89
)

// Tanh: with y = -2|x| and m = e^y - 1 = 2ⁿ(e^r - 1) + (2ⁿ - 1), tanh |x| = -m/(m + 2). Near 0 n is 0 and m keeps its relative
// accuracy: e^r - 1 = r + r²(Expm12 + Expm13 r + … + Expm16 r⁴) on |r| ≤ 0.3469, error of the exact polynomial below
// 1.4e-8 of r (2^-26). From TanhHigh on the result is 1: 1 - tanh 10 = 4e-9.
const (
	Expm12 = 0x1p-1
	Expm13 = 0x1.5554aep-3
	Expm14 = 0x1.555486p-5
	Expm15 = 0x1.122864p-7
	Expm16 = 0x1.6d9996p-10

	TanhHigh = 10
)
