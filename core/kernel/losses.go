package kernel

// SquaredError turns predictions p [R, n], ld apart, into the gradient of the weighted mean squared error, in place:
//
//	dp[r,j] = 2·weights[r]/n·(p[r,j] - t[r,j])
//
// for targets t [R, n], ldt apart, with losses[r] = Σ_j (p[r,j] - t[r,j])²/n, unweighted; the sum runs in four lanes. R is
// len(weights). A row of weight 0 is padding: neither it nor its targets are looked at, its gradient and loss are 0.
// Nothing overlaps.
func SquaredError(predictions []float32, ld int, targets []float32, ldt int, weights, losses []float32, n int) {
	rows := len(weights)
	needMatrix("SquaredError", "predictions", len(predictions), ld, rows, n)
	needMatrix("SquaredError", "targets", len(targets), ldt, rows, n)
	needMatrix("SquaredError", "losses", len(losses), 1, rows, 1)
	if rows > 0 && n > 0 {
		squaredError(predictions, ld, targets, ldt, weights, losses, rows, n)
	}
}

// BinaryCrossEntropy turns logits x [R, n], ld apart, into the gradient of the weighted mean binary cross-entropy of σ(x),
// in place:
//
//	dx[r,j] = weights[r]/n·(σ(x[r,j]) - t[r,j])
//
// for targets t [R, n] in [0, 1], ldt apart, with losses[r] = Σ_j (max(x, 0) - x·t + log(1 + e^-|x|))/n, unweighted; the
// logarithm is within 4 ulp of its exact value, the sum runs in four lanes. R is len(weights). A row of weight 0 is padding:
// neither it nor its targets are looked at, its gradient and loss are 0. Nothing overlaps.
func BinaryCrossEntropy(logits []float32, ld int, targets []float32, ldt int, weights, losses []float32, n int) {
	rows := len(weights)
	needMatrix("BinaryCrossEntropy", "logits", len(logits), ld, rows, n)
	needMatrix("BinaryCrossEntropy", "targets", len(targets), ldt, rows, n)
	needMatrix("BinaryCrossEntropy", "losses", len(losses), 1, rows, 1)
	if rows > 0 && n > 0 {
		binaryCrossEntropy(logits, ld, targets, ldt, weights, losses, rows, n)
	}
}
