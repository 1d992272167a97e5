package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// normEpsilon is added to the variance, torch.nn.LayerNorm's default.
const normEpsilon = 1e-5

// norm is layer normalisation of rows, one half of a cell's pre-activations:
//
//	y = γ ⊙ (x - mean x) / √(var x + ε) + β        over all G·H values of a row, biased variance
//
// The zero value normalises nothing. J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization (2016).
type norm struct {
	width           int
	gamma, beta     []float32
	dgamma, dbeta   []float32
	means, inverses []float32
	x               []float32 // the rows before normalisation, kept for the way back
}

func newNorm(half string, width int, bind Binding) norm {
	return norm{
		width: width, gamma: bind.values("ln_weight_" + half), beta: bind.values("ln_bias_" + half),
		dgamma: bind.gradients("ln_weight_" + half), dbeta: bind.gradients("ln_bias_" + half),
	}
}

func (n *norm) on() bool { return n.gamma != nil }

func (n *norm) begin(rows int) {
	n.x = tensor.Grow(n.x, rows*n.width)
	n.means, n.inverses = tensor.Grow(n.means, rows), tensor.Grow(n.inverses, rows)
}

// forward normalises count rows of n.x from row first into y.
func (n *norm) forward(y []float32, first, count int) {
	kernel.LayerNorm(y, n.width, n.x[first*n.width:], n.width, n.gamma, n.beta, n.means[first:], n.inverses[first:],
		count, n.width, normEpsilon)
}

// backward turns dy of count rows into dx, which may be dy.
func (n *norm) backward(dx, dy []float32, first, count int) {
	n.backwardFrom(dx, dy, n.width, first, count)
}

// backwardFrom is backward for rows of dy that lie lddy apart.
func (n *norm) backwardFrom(dx, dy []float32, lddy, first, count int) {
	kernel.LayerNormBackward(dx, n.width, dy, lddy, n.x[first*n.width:], n.width, n.gamma, n.means[first:], n.inverses[first:],
		n.dgamma, n.dbeta, count, n.width)
}

// part normalises only the elements low … high of a row, with their share of γ and β, as a row of its own.
func (n *norm) part(low, high int) norm {
	return norm{
		width: high - low, gamma: n.gamma[low:high], beta: n.beta[low:high], dgamma: n.dgamma[low:high], dbeta: n.dbeta[low:high],
	}
}
