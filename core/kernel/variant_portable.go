//go:build !js

package kernel

// Variant tells which bodies run: [Portable], [SIMD] or [RelaxedSIMD].
func Variant() string { return Portable }
