package kernel

// LayerNorm normalises each of the rows of x [R, n], ldx apart (Ba, Kiros and Hinton 2016), with the biased variance:
//
//	mean = Σ x/n   variance = Σ (x - mean)²/n   inverse = 1/√(variance + ε)
//	y = γ·((x - mean)·inverse) + β
//
// gamma and beta are [n]; means and inverses [R] keep what the way back needs; y is [R, n] with rows ldy apart. Sums run in
// four lanes. y may be x when their rows lie equally far apart; nothing else overlaps.
func LayerNorm(y []float32, ldy int, x []float32, ldx int, gamma, beta, means, inverses []float32, rows, n int, epsilon float32) {
	needMatrix("LayerNorm", "y", len(y), ldy, rows, n)
	needMatrix("LayerNorm", "x", len(x), ldx, rows, n)
	needLength("LayerNorm", "gamma", len(gamma), n)
	needLength("LayerNorm", "beta", len(beta), n)
	needMatrix("LayerNorm", "means", len(means), 1, rows, 1)
	needMatrix("LayerNorm", "inverses", len(inverses), 1, rows, 1)
	if rows > 0 && n > 0 {
		layerNorm(y, ldy, x, ldx, gamma, beta, means, inverses, rows, n, epsilon)
	}
}

// LayerNormBackward is the gradient of [LayerNorm], from dy [R, n], rows lddy apart, and what went in and was kept there:
//
//	x̂ = (x - mean)·inverse      g = dy·γ
//	dx = inverse·(g - Σ g/n - x̂·(Σ g·x̂/n))
//	dγ += Σ_r dy·x̂              dβ += Σ_r dy
//
// dx is [R, n] with rows lddx apart. Sums over a row run in four lanes; each column of dgamma and dbeta is one chain over
// ascending r. dx may be dy or x when their rows lie equally far apart; nothing else overlaps.
func LayerNormBackward(dx []float32, lddx int, dy []float32, lddy int, x []float32, ldx int, gamma, means, inverses, dgamma, dbeta []float32, rows, n int) {
	needMatrix("LayerNormBackward", "dx", len(dx), lddx, rows, n)
	needMatrix("LayerNormBackward", "dy", len(dy), lddy, rows, n)
	needMatrix("LayerNormBackward", "x", len(x), ldx, rows, n)
	needLength("LayerNormBackward", "gamma", len(gamma), n)
	needMatrix("LayerNormBackward", "means", len(means), 1, rows, 1)
	needMatrix("LayerNormBackward", "inverses", len(inverses), 1, rows, 1)
	needLength("LayerNormBackward", "dgamma", len(dgamma), n)
	needLength("LayerNormBackward", "dbeta", len(dbeta), n)
	if rows > 0 && n > 0 {
		layerNormBackward(dx, lddx, dy, lddy, x, ldx, gamma, means, inverses, dgamma, dbeta, rows, n)
	}
}
