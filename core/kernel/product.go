package kernel

// Panels is the right-hand factor P [k, n] of a product, repacked so that the product reads it in order:
// panels of 8 columns, each [k, 8] dense. A last panel of 1 to 4 columns is [k, 4]; missing columns are zeros.
// The zero value is ready, and packing again reuses the storage. It has a buffer for the left-hand factor too, so two
// products must not share it at the same time.
type Panels struct {
	data []float32
	k, n int
	left []float32 // rowBlock rows of the left-hand factor: groups of 4 as [k, 4], then 1 to 3 single rows [k]
}

// Pack takes P = b, where b is [k, n] with rows ld floats apart.
func (p *Panels) Pack(b []float32, k, n, ld int) {
	needMatrix("Pack", "b", len(b), ld, k, n)
	p.resize(k, n)
	if k > 0 && n > 0 {
		packRows(p.data, b, k, n, ld)
	}
}

// PackTransposed takes P = bᵀ, where b is [n, k] with rows ld floats apart.
func (p *Panels) PackTransposed(b []float32, n, k, ld int) {
	needMatrix("PackTransposed", "b", len(b), ld, n, k)
	p.resize(k, n)
	if k > 0 && n > 0 {
		packColumns(p.data, b, n, k, ld)
	}
}

func (p *Panels) resize(k, n int) {
	p.data, p.k, p.n = grow(p.data, k*((n+3)&^3)), k, n
}

// Product computes C = A P, or C += A P when accumulate, for A [m, k], P [k, n], C [m, n]. C overlaps neither factor.
//
// Each element of C is one chain: acc starts from 0 (from C when accumulating), then acc = acc + a·p for
// ascending k.
func Product(c []float32, ldc int, a []float32, lda int, p *Panels, m int, accumulate bool) {
	needMatrix("Product", "c", len(c), ldc, m, p.n)
	needMatrix("Product", "a", len(a), lda, m, p.k)
	if m == 0 || p.n == 0 {
		return
	}
	if p.k == 0 {
		for i := 0; i < m && !accumulate; i++ {
			clear(c[i*ldc:][:p.n])
		}
		return
	}
	p.left = grow(p.left, min(m, rowBlock)*p.k)
	productRows(c, ldc, a, lda, p.left, p.data, m, p.n, p.k, flag(accumulate))
}

// rowBlock is how many rows of the left-hand factor are packed and multiplied at a time: they stay in the cache while
// the panels pass.
const rowBlock = 32

func grow(buffer []float32, size int) []float32 {
	if cap(buffer) < size {
		return make([]float32, size)
	}
	return buffer[:size]
}

// depthBlock is how many terms of each sum of a transposed product are packed at a time: a panel [depthBlock, 8] and
// the rows that meet it stay in the first-level cache. C carries the sums from block to block.
const depthBlock = 256

// Scratch holds the packing buffers of [Scratch.ProductTA]. The zero value is ready; buffers grow to the largest
// product and are reused.
type Scratch struct {
	right Panels
	left  []float32
}

// ProductTA computes C += Aᵀ B for A [k, m], B [k, n], C [m, n], with rows lda, ldb and ldc floats apart: a weight
// gradient, where k runs over all steps of all sequences. C overlaps neither factor.
//
// Each element of C is one chain: acc starts from C, then acc = acc + a·b for ascending k.
func (s *Scratch) ProductTA(c []float32, ldc int, a []float32, lda int, b []float32, ldb int, m, n, k int) {
	needMatrix("ProductTA", "c", len(c), ldc, m, n)
	needMatrix("ProductTA", "a", len(a), lda, k, m)
	needMatrix("ProductTA", "b", len(b), ldb, k, n)
	if m == 0 || n == 0 || k == 0 {
		return
	}
	block := min(k, depthBlock)
	s.left = grow(s.left, m*block)
	for first := 0; first < k; first += block {
		depth := min(block, k-first)
		s.right.Pack(b[first*ldb:], depth, n, ldb)
		packLeftTransposed(s.left, a[first*lda:], depth, m, lda)
		product(c, ldc, s.left, s.right.data, m, n, depth, 1)
	}
}
