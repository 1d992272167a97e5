package cell

import "github.com/unfold-rnn/unfold/core/kernel"

// Footprint is the memory of a part of a network beside its parameters and their gradients, in numbers of four bytes.
// Each function below mirrors what its part grows to; a test holds their sum against what is really there.
type Footprint struct {
	Fixed int // whatever is run: packed weights and tables
	Run   int // for a run of some size, forward and back
}

// Plus is both together.
func (f Footprint) Plus(g Footprint) Footprint { return Footprint{f.Fixed + g.Fixed, f.Run + g.Run} }

// Shape is what a layer's footprint depends on beside the run.
type Shape struct {
	Gates, Inputs, Hidden int
	Tokens, Normed        bool
	ResetBefore           bool // the GRU's
	Below                 bool // a gradient on the inputs is wanted
}

func (s Shape) width() int { return s.Gates * s.Hidden }

// productFootprint is that of W [n, k] packed once, for products with up to rows rows.
func productFootprint(k, n, rows int) Footprint {
	fixed, run := kernel.PanelsSize(k, n, rows)
	return Footprint{fixed, run}
}

func (s Shape) projectionFootprint(rows int) (f Footprint) {
	width := s.width()
	f.Fixed = 2 * width // bias and its gradient
	if s.Tokens {
		f.Fixed += 2 * s.Inputs * width // the table and its gradient
		if s.Normed {
			f.Fixed += s.Inputs * (width + 2)
		}
		return f
	}
	back := 0 // rows of the product that gives the gradient on the inputs
	if s.Below {
		back = rows
	}
	f = f.Plus(productFootprint(s.Inputs, width, rows)).Plus(productFootprint(width, s.Inputs, back))
	if s.Normed {
		f.Run += rows * (2*width + 2)
	}
	return f
}

// Footprint is that of one direction of an Elman, LSTM or GRU layer.
func (s Shape) Footprint(e Extent) Footprint {
	rows, width, n := e.Rows(), s.width(), s.Hidden
	f := s.projectionFootprint(rows)
	f.Run += rows*width + (rows+e.Batch)*n + e.Batch*n // a, h, the gradient on the initial h
	if s.Normed {
		f.Run += rows*(2*width+2) + e.Batch*width
	}
	inputs := 0 // of tokens the table's gradient is scattered, not multiplied
	if !s.Tokens {
		inputs = s.Inputs
	}
	switch {
	case s.Gates == LSTMGates:
		f.Run += (rows+e.Batch)*n + rows*n + e.Batch*n // c, tanh c, dc
	case s.Gates == GRUGates && s.ResetBefore:
		f.Run += rows*n + e.Batch*n // r ⊙ h and its gradient
		if s.Normed {
			f.Run += 2 * rows // means and scales of two parts
		}
		for _, half := range []int{2 * n, n} {
			f = f.Plus(productFootprint(n, half, e.Batch)).Plus(productFootprint(half, n, e.Batch))
		}
		f.Run += kernel.ScratchSize(width, max(n, inputs), rows)
		return f
	case s.Gates == GRUGates:
		f.Run += e.Batch*width + rows*n + rows*width // h', h'n, dh'
	}
	f = f.Plus(productFootprint(n, width, e.Batch)).Plus(productFootprint(width, n, e.Batch))
	f.Run += kernel.ScratchSize(width, max(n, inputs), rows)
	return f
}

// BidirectionalFootprint is what two directions with so many merged outputs need beside the footprints of each.
func BidirectionalFootprint(s Shape, merged int, e Extent) Footprint {
	rows := e.Rows()
	run := rows*(4*s.Hidden+merged) + e.Batch*merged // outputs turned, merged, three gradients
	switch {
	case s.Tokens:
		run += rows
	case s.Below:
		run += 2 * rows * s.Inputs
	default:
		run += rows * s.Inputs
	}
	return Footprint{Run: run}
}

// ReadoutFootprint is that of a readout of so many rows.
func ReadoutFootprint(inputs, outputs, rows int) Footprint {
	f := productFootprint(inputs, outputs, rows).Plus(productFootprint(outputs, inputs, rows))
	f.Run += rows*outputs + kernel.ScratchSize(outputs, inputs, rows)
	return f
}

// JordanFootprint is that of pattern 2 with its readout.
func JordanFootprint(s Shape, outputs int, e Extent) Footprint {
	rows, n := e.Rows(), s.Hidden
	f := s.projectionFootprint(rows).Plus(ReadoutFootprint(n, outputs, rows))
	f = f.Plus(productFootprint(outputs, n, rows)).Plus(productFootprint(n, outputs, rows))
	inputs := outputs
	if !s.Tokens {
		inputs = max(inputs, s.Inputs)
	}
	f.Run += 3*rows*n + (rows+3*e.Batch)*outputs + rows/4 + kernel.ScratchSize(n, inputs, rows)
	return f
}

// AttentionFootprint is that of attention of queries of length H to a memory of vectors of length S, queries for the steps of
// e, memory for those of source.
func AttentionFootprint(kind Score, hidden, size, units int, e, source Extent) Footprint {
	rows, memory, width := e.Rows(), source.Rows(), size+hidden
	f := productFootprint(width, hidden, rows).Plus(productFootprint(hidden, width, rows)) // combine
	f.Run += 2*memory*size + rows*source.Steps + 2*rows*width + rows*hidden                // memory, α, [z; h], h̃
	f.Run += 2*e.Steps*source.Steps + kernel.ScratchSize(hidden, width, rows)
	own, _ := kernel.PanelsSize(source.Steps, size, e.Steps)
	f.Run += own
	if kind == Additive {
		// Keys, queries and their gradients; the units of one sequence at a time with theirs.
		f = f.Plus(productFootprint(size, units, memory)).Plus(productFootprint(units, size, memory))
		f = f.Plus(productFootprint(hidden, units, rows)).Plus(productFootprint(units, hidden, rows))
		f.Run += 2*(memory+rows)*units + 2*e.Steps*source.Steps*units
		return f
	}
	f = f.Plus(productFootprint(size, hidden, memory)).Plus(productFootprint(hidden, size, memory))
	f.Run += 2 * memory * hidden
	return f
}
