package kernel

import "syscall"

// environment is the variable in which the host tells Go, before it starts, which kernels it linked.
const environment = "UNFOLD_KERNELS"

var variant = readVariant()

// linked is whether calls go to the linked kernels. The imports are there in any case; without SIMD in the host
// nothing stands behind them.
var linked = variant != Portable

// Variant tells which bodies run: [Portable], [SIMD] or [RelaxedSIMD], as the host said in the environment variable
// UNFOLD_KERNELS. No word from the host means portable.
func Variant() string { return variant }

func readVariant() string {
	switch value, _ := syscall.Getenv(environment); value {
	case SIMD, RelaxedSIMD:
		return value
	case "", Portable:
		return Portable
	default:
		panic(environment + " is \"" + value + "\", want " + Portable + ", " + SIMD + " or " + RelaxedSIMD)
	}
}
