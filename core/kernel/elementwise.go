package kernel

import "strconv"

// Add adds src to dst, number by number: dst += src. They may be the same slice; otherwise they do not overlap.
func Add(dst, src []float32) {
	needLength("Add", "src", len(src), len(dst))
	if len(dst) > 0 {
		add(dst, src, len(dst))
	}
}

// Multiply writes dst = a ⊙ b, the products number by number. dst may be a, b or both; otherwise they do not overlap.
func Multiply(dst, a, b []float32) {
	needLength("Multiply", "a", len(a), len(dst))
	needLength("Multiply", "b", len(b), len(dst))
	if len(dst) > 0 {
		multiply(dst, a, b, len(dst))
	}
}

// AddProduct adds the products number by number: dst += a ⊙ b. dst overlaps neither.
func AddProduct(dst, a, b []float32) {
	needLength("AddProduct", "a", len(a), len(dst))
	needLength("AddProduct", "b", len(b), len(dst))
	if len(dst) > 0 {
		addProduct(dst, a, b, len(dst))
	}
}

// Scale multiplies each element of x by a number.
func Scale(x []float32, by float32) {
	if len(x) > 0 {
		scale(x, len(x), by)
	}
}

// ClampValues keeps each element of x in [-limit, limit], which clips gradients by value. NaN stays NaN; limit is at least 0.
func ClampValues(x []float32, limit float32) {
	if !(limit >= 0) {
		panic("kernel: ClampValues: limit is " + strconv.FormatFloat(float64(limit), 'g', -1, 32) + ", want at least 0")
	}
	if len(x) > 0 {
		clampValues(x, len(x), limit)
	}
}
