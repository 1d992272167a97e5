package kernel

// PanelsSize is what [Panels] hold of a factor [k, n], and what they add for products with up to rows rows, in floats.
func PanelsSize(k, n, rows int) (packed, left int) {
	if rows >= 4 {
		left = min(rows, rowBlock) * k
	}
	return k * ((n + 3) &^ 3), left
}

// ScratchSize is what a [Scratch] holds after products Aᵀ B with up to m columns of A, n of B and k rows, in floats.
func ScratchSize(m, n, k int) int {
	block := min(k, depthBlock)
	return block * (m + (n+3)&^3)
}
