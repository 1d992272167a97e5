package reference

import "gonum.org/v1/gonum/mat"

// Embedding gives each token a vector of its own, x(t) = row id(t) of M [V, E]; back, dM[id(t)] += dx(t).
type Embedding struct{ M matrix }

// NewEmbedding makes a table of zeros.
func NewEmbedding(vocabulary, length int) *Embedding {
	return &Embedding{newMatrix(vocabulary, length)}
}

// Parameters lists the table.
func (e *Embedding) Parameters() []Parameter { return []Parameter{e.M.parameter("embedding.weight")} }

// Forward looks the ids up.
func (e *Embedding) Forward(ids []int) (x Sequence, backward func(dx Sequence)) {
	x = make(Sequence, len(ids))
	for t, id := range ids {
		x[t] = mat.VecDenseCopyOf(e.M.RowView(id))
	}
	return x, func(dx Sequence) {
		for t, id := range ids {
			row := e.M.grad.RowView(id).(*mat.VecDense)
			row.AddVec(row, dx[t])
		}
	}
}

// Dropout multiplies every step by its mask, m(t) ⊙ h(t), and the gradient by the same. Each element of the mask
// is 0 with probability p and 1/(1-p) otherwise; the mask is given, so that another engine's draw can be judged.
// Without a mask everything passes.
//
// N. Srivastava et al., Dropout, JMLR 15 (2014); between the layers of a recurrent stack: W. Zaremba, I. Sutskever,
// O. Vinyals, Recurrent neural network regularization (2014).
func Dropout(h, mask Sequence) (dropped Sequence, backward func(d Sequence) Sequence) {
	masked := func(v Sequence) Sequence {
		if mask == nil {
			return v
		}
		out := make(Sequence, len(v))
		for t := range v {
			out[t] = hadamard(v[t], mask[t])
		}
		return out
	}
	return masked(h), masked
}
