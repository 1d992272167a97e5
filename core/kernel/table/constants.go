package table

// Constants of the elementary functions, shared by the portable bodies and the SIMD kernels.

// Argument reduction: x = n·ln 2 + r with n the nearest integer of x·log₂e, so |r| ≤ 0.3466 (Cody and Waite, Software
// Manual for the Elementary Functions, 1980). Ln2High has 16 significant bits, so n·Ln2High is exact for |n| ≤ 256.
const (
	Log2E   = 0x1.715476p+0
	Ln2High = 0x1.62e4p-1
	Ln2Low  = 0x1.7f7d1cp-20 // ln 2 - Ln2High
)

// RoundingShift = 1.5·2²³ rounds when it is added: floats of that size are the integers. n is left in the low bits of the sum,
// on top of RoundingBits. With an exponent's bias added to the shift, the sum's bits moved 23 to the left are the float 2ⁿ
// itself.
const (
	RoundingShift = 0x1.8p+23
	RoundingBits  = 0x4b400000
	ExponentBias  = 127
)

// e^r - 1 = r + r²(Expm2 + Expm3 r + Expm4 r² + Expm5 r³ + Expm6 r⁴) on |r| ≤ 0.3469; the error of the exact polynomial is below
// 1.4e-8 of r (2^-26). Fitted for this project by the Remez exchange algorithm in 300-bit arithmetic, then rounded to float32.
// It is added up in pairs, which shortens the chain of dependent operations:
//
//	q = (Expm3 r + Expm2) + r²(r² Expm6 + (Expm5 r + Expm4));  p = q r² + r
const (
	Expm2 = 0x1p-1
	Expm3 = 0x1.5554aep-3
	Expm4 = 0x1.555486p-5
	Expm5 = 0x1.122864p-7
	Expm6 = 0x1.6d9996p-10
)

// Exp: eˣ = (1 + p)·2ⁿ. Outside [ExpLow, ExpHigh] the result is 0 or +Inf, as it is at the bounds. 2ⁿ is applied in two factors,
// because n reaches from -150 to 128 and float32 exponents from -126 to 127. For x ≤ 0, all that softmax and the sigmoid ask for,
// the factors are 2^(n+DenormalGuard) and DenormalScale = 2^-DenormalGuard; the second multiplication rounds denormal results
// once.
const (
	ExpLow  = -104
	ExpHigh = 89

	DenormalGuard = 64
	DenormalScale = 0x1p-64
)

// Tanh: with y = -2|x| and m = e^y - 1 = 2ⁿp + (2ⁿ - 1), tanh |x| = -m/(m + 2). Near 0 n is 0 and m keeps its relative accuracy.
// From TanhHigh on the result is 1: 1 - tanh 10 = 4e-9.
const TanhHigh = 10

// log(1 + e) for e in [0, 1], all that the binary cross-entropy asks for: with y = 2e/(2 + e) and v = y² it is 2 artanh(y/2) =
// y + y·v·(Log1p1 + Log1p2 v + Log1p3 v² + Log1p4 v³) on v in [0, 4/9]; the error of the exact polynomial is below 1.1e-8 of the
// result (2^-26.4). Fitted like the above. 2e, not e, is divided, so that a denormal keeps its last bit.
//
//	q = v²(Log1p4 v + Log1p3) + (Log1p2 v + Log1p1)
const (
	Log1p1 = 0x1.555502p-4
	Log1p2 = 0x1.99d1ccp-7
	Log1p3 = 0x1.1ec04p-9
	Log1p4 = 0x1.1ee9dcp-11
)
