// Package analysis looks at matrices through gonum/mat: eigenvalues, principal components, orthogonal matrices. The engine does not link
// it: in a page it is a program of its own, loaded when it is asked for.
package analysis

import "gonum.org/v1/gonum/mat"

// Normal draws from the standard normal distribution.
type Normal interface{ Normal() float64 }

// Orthogonal fills w [n, n] with a random orthogonal matrix, evenly distributed: Q of the QR decomposition of a matrix of
// standard normal draws, each column with the sign of R's diagonal.
//
// A. M. Saxe, J. L. McClelland, S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural
// networks (2014); F. Mezzadri, How to generate random matrices from the classical compact groups (2007).
func Orthogonal(w []float32, n int, source Normal) {
	normal := make([]float64, n*n)
	for i := range normal {
		normal[i] = source.Normal()
	}
	var qr mat.QR
	qr.Factorize(mat.NewDense(n, n, normal))
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	for i := range n {
		for j := range n {
			v := q.At(i, j)
			if r.At(j, j) < 0 {
				v = -v
			}
			w[i*n+j] = float32(v)
		}
	}
}
