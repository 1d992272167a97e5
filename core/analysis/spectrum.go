package analysis

import (
	"errors"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// SpectralRadius is the largest modulus of the eigenvalues of a [n, n]. A matrix with a number that is not finite, or whose eigenvalues
// LAPACK does not find, gives NaN.
func SpectralRadius(a []float32, n int) float64 {
	if n == 0 {
		return 0
	}
	wide := wide(a)
	for _, v := range wide {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return math.NaN()
		}
	}
	var eigen mat.Eigen
	if !eigen.Factorize(mat.NewDense(n, n, wide), mat.EigenNone) {
		return math.NaN()
	}
	radius := 0.0
	for _, v := range eigen.Values(nil) {
		radius = math.Max(radius, cmplx.Abs(v))
	}
	return radius
}

// Components are the principal components of rows of width values.
type Components struct {
	Mean       []float64 // [width]
	Directions []float64 // [k, width]: unit vectors, the longest spread first
	Variance   []float64 // [k]: of the rows along each, with rows - 1 as the divisor
	Projected  []float64 // [rows, k]: (row - Mean) · direction
}

// PrincipalComponents finds the k directions of the largest variance by the singular value decomposition of the centred rows,
// X = U Σ Vᵀ: directions are columns of V, variances σ² / (rows - 1). A direction's sign is such that its element of largest modulus is
// positive, so that pictures do not flip from one call to the next.
//
// I. T. Jolliffe, Principal component analysis (2002).
func PrincipalComponents(x []float32, width, k int) (Components, error) {
	if width < 1 || len(x)%width != 0 || len(x) < 2*width {
		return Components{}, errors.New("principal components: want two rows or more")
	}
	rows := len(x) / width
	if k < 1 || k > min(rows, width) {
		return Components{}, errors.New("principal components: more directions are wanted than rows or columns can have")
	}
	c := Components{Mean: make([]float64, width)}
	centred := wide(x)
	for i, v := range centred {
		c.Mean[i%width] += v / float64(rows)
	}
	for i := range centred {
		centred[i] -= c.Mean[i%width]
	}
	m := mat.NewDense(rows, width, centred)
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThinV) {
		return Components{}, errors.New("principal components: the numbers are not finite")
	}
	var v mat.Dense
	svd.VTo(&v)
	values := svd.Values(nil)
	directions := mat.NewDense(k, width, nil)
	for i := range k {
		column := mat.Col(nil, i, &v)
		if largest(column) < 0 {
			for j := range column {
				column[j] = -column[j]
			}
		}
		directions.SetRow(i, column)
		c.Variance = append(c.Variance, values[i]*values[i]/float64(rows-1))
	}
	var projected mat.Dense
	projected.Mul(m, directions.T())
	c.Directions, c.Projected = directions.RawMatrix().Data, projected.RawMatrix().Data
	return c, nil
}

// largest is the element of the largest modulus.
func largest(x []float64) (top float64) {
	for _, v := range x {
		if math.Abs(v) > math.Abs(top) {
			top = v
		}
	}
	return top
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
