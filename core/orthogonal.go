package core

import "math"

// orthogonal fills w [n, n] with a random orthogonal matrix, evenly distributed: Q of the QR decomposition of a matrix A of standard
// normal draws, with R's diagonal positive. A is taken to R by Householder reflections, each of which makes a column zero below the
// diagonal,
//
//	x = A[k:, k]    v = x + sign(x₀)‖x‖ e₀    H = I - 2 v vᵀ / vᵀv
//
// and Q is their product. core/analysis does the same with gonum's LAPACK, which would add 72 KB to the download, and judges this one.
//
// A. M. Saxe, J. L. McClelland, S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural
// networks (2014); F. Mezzadri, How to generate random matrices from the classical compact groups (2007).
func orthogonal(w []float32, n int, source interface{ Normal() float64 }) {
	a := make([]float64, n*n)
	for i := range a {
		a[i] = source.Normal()
	}
	positive := make([]bool, n) // of R's diagonal
	for k := range n {
		positive[k] = eliminate(a, n, k)
	}
	q := make([]float64, n*n)
	for i := range n {
		q[i*n+i] = 1
	}
	for k := n - 1; k >= 0; k-- {
		mirror(q, a, n, k, k)
	}
	for i, v := range q {
		if !positive[i%n] {
			v = -v
		}
		w[i] = float32(v)
	}
}

// eliminate makes column k zero below the diagonal and applies the reflection to the columns behind it; v, of length 1, takes the
// column's place, whose one number is no longer needed but for its sign.
func eliminate(a []float64, n, k int) (positive bool) {
	var sum float64
	for i := k; i < n; i++ {
		sum += a[i*n+k] * a[i*n+k]
	}
	size, first := math.Sqrt(sum), a[k*n+k]
	positive = first < 0 // the reflection takes x to -sign(x₀)‖x‖ e₀
	a[k*n+k] = first + math.Copysign(size, first)
	length := math.Sqrt(sum - first*first + a[k*n+k]*a[k*n+k])
	for i := k; i < n; i++ {
		a[i*n+k] /= length
	}
	mirror(a, a, n, k, k+1)
	return positive
}

// mirror applies the reflection whose v is column k of reflections to the columns of a from the given one on.
func mirror(a, reflections []float64, n, k, from int) {
	along := make([]float64, n)
	for i := k; i < n; i++ {
		v := reflections[i*n+k]
		for j := from; j < n; j++ {
			along[j] += v * a[i*n+j]
		}
	}
	for i := k; i < n; i++ {
		v := 2 * reflections[i*n+k]
		for j := from; j < n; j++ {
			a[i*n+j] -= v * along[j]
		}
	}
}
