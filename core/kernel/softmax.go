package kernel

// Softmax replaces each of the rows of x [rows, n], ld apart, by its softmax: e = exp(x - max), then e·(1/Σe). The
// sum runs in four lanes. A row with a NaN or +Inf, or with nothing but -Inf, becomes NaN.
func Softmax(x []float32, ld, rows, n int) {
	needMatrix("Softmax", "x", len(x), ld, rows, n)
	if rows > 0 && n > 0 {
		softmax(x, ld, rows, n)
	}
}

// SoftmaxCrossEntropy turns logits [R, n], ld apart, into the gradient of the weighted cross-entropy, in place:
//
//	dlogits[r,j] = (softmax(logits[r])[j] - [j = targets[r]])·weights[r]
//
// with denominators[r] = Σ exp(x - max) in four lanes and margins[r] = x[target] - max, so the loss of a row is
// weights[r]·(log denominators[r] - margins[r]): the caller takes the logarithm in float64. R is len(targets);
// targets are in [0, n). A row of weight 0 is padding: neither it nor its target is looked at, its gradient is 0, its
// denominator 1 and its margin 0. Nothing overlaps.
func SoftmaxCrossEntropy(logits []float32, ld int, targets []int32, weights, denominators, margins []float32, n int) {
	rows := len(targets)
	needMatrix("SoftmaxCrossEntropy", "logits", len(logits), ld, rows, n)
	needMatrix("SoftmaxCrossEntropy", "weights", len(weights), 1, rows, 1)
	needMatrix("SoftmaxCrossEntropy", "denominators", len(denominators), 1, rows, 1)
	needMatrix("SoftmaxCrossEntropy", "margins", len(margins), 1, rows, 1)
	for r := range targets {
		if weights[r] != 0 {
			needID("SoftmaxCrossEntropy", "targets", r, targets[r], n)
		}
	}
	if rows > 0 {
		softmaxCrossEntropy(logits, ld, targets, weights, denominators, margins, rows, n)
	}
}
