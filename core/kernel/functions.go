package kernel

// Exp writes dst = eˣ for each x of src, within 4 ulp of the exact value over the whole range, denormal results
// included; above 88.7228 it is +Inf, below -103.98 zero. dst may be src; otherwise they do not overlap.
func Exp(dst, src []float32) {
	needLength("Exp", "src", len(src), len(dst))
	if len(dst) > 0 {
		exp(dst, src, len(dst))
	}
}

// Tanh writes dst = tanh x for each x of src, within 4 ulp of the exact value over the whole range, so relative
// accuracy holds near 0 too. dst may be src; otherwise they do not overlap.
func Tanh(dst, src []float32) {
	needLength("Tanh", "src", len(src), len(dst))
	if len(dst) > 0 {
		tanh(dst, src, len(dst))
	}
}

// Sigmoid writes dst = 1/(1 + e⁻ˣ) for each x of src, within 4 ulp of the exact value over the whole range, denormal
// results for very negative x included. dst may be src; otherwise they do not overlap.
func Sigmoid(dst, src []float32) {
	needLength("Sigmoid", "src", len(src), len(dst))
	if len(dst) > 0 {
		sigmoid(dst, src, len(dst))
	}
}

// TanhBackward writes da = dh·(1 - h²), where h = tanh a. da may be dh.
func TanhBackward(da, h, dh []float32) {
	needLength("TanhBackward", "h", len(h), len(da))
	needLength("TanhBackward", "dh", len(dh), len(da))
	if len(da) > 0 {
		tanhBackward(da, h, dh, len(da))
	}
}

// SigmoidBackward writes da = dy·(y·(1 - y)), where y = σ(a). da may be dy.
func SigmoidBackward(da, y, dy []float32) {
	needLength("SigmoidBackward", "y", len(y), len(da))
	needLength("SigmoidBackward", "dy", len(dy), len(da))
	if len(da) > 0 {
		sigmoidBackward(da, y, dy, len(da))
	}
}

// Relu writes dst = max(0, x) for each x of src: 0 where x is below 0, else x itself, so -0 and NaN stay. dst may be src;
// otherwise they do not overlap.
func Relu(dst, src []float32) {
	needLength("Relu", "src", len(src), len(dst))
	if len(dst) > 0 {
		relu(dst, src, len(dst))
	}
}

// ReluBackward writes da = dh where h = max(0, a) is above 0, else 0, whatever dh is there. da may be dh.
func ReluBackward(da, h, dh []float32) {
	needLength("ReluBackward", "h", len(h), len(da))
	needLength("ReluBackward", "dh", len(dh), len(da))
	if len(da) > 0 {
		reluBackward(da, h, dh, len(da))
	}
}
