package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Merge says how the outputs of the two directions become one.
type Merge string

const (
	Concat   Merge = "concat"   // [forward ; reverse], 2H values
	Sum      Merge = "sum"      // forward + reverse
	Average  Merge = "average"  // (forward + reverse) / 2
	Multiply Merge = "multiply" // forward ⊙ reverse
)

func (m Merge) String() string { return string(m) }

// Bidirectional is two layers over the same sequences, one from the first step to the last, one from each sequence's own
// last valid step to the first. Outputs are aligned in time and merged:
//
//	y(t) = merge(h→(t), h←(t))
//
// The reverse layer is an ordinary one that reads the sequences turned round, each within its own length.
//
// M. Schuster, K. K. Paliwal, Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45 (1997).
type Bidirectional struct {
	forward, reverse Layer
	hidden           int
	merge            Merge
	extent           Extent
	carries          []Carry
	turned           Input     // the input turned round
	back             []float32 // [T, B, H]: the reverse direction's outputs, aligned in time
	merged           []float32 // [T, B, Width]
	final            []float32 // [B, Width]
	dforward, dback  []float32 // [T, B, H]
	dturned, daside  []float32 // [T, B, H] turned round; [T, B, I]
}

// NewBidirectional joins two layers of the same hidden size.
func NewBidirectional(forward, reverse Layer, merge Merge) *Bidirectional {
	return &Bidirectional{forward: forward, reverse: reverse, hidden: forward.Width(), merge: merge}
}

// Width implements [Layer].
func (l *Bidirectional) Width() int {
	if l.merge == Concat {
		return 2 * l.hidden
	}
	return l.hidden
}

// Refresh implements [Layer].
func (l *Bidirectional) Refresh() {
	l.forward.Refresh()
	l.reverse.Refresh()
}

// Begin implements [Layer].
func (l *Bidirectional) Begin(e Extent) {
	l.extent = e
	l.forward.Begin(e)
	l.reverse.Begin(e)
	l.carries = append(l.carries[:0], l.forward.Carries()...)
	for _, c := range l.reverse.Carries() {
		c.Reverse = true
		l.carries = append(l.carries, c)
	}
	l.back = tensor.Grow(l.back, e.Rows()*l.hidden)
	l.merged = tensor.Grow(l.merged, e.Rows()*l.Width())
}

// Carries implements [Layer].
func (l *Bidirectional) Carries() []Carry { return l.carries }

// Outputs implements [Layer].
func (l *Bidirectional) Outputs() []float32 { return l.merged }

// Forward implements [Layer].
func (l *Bidirectional) Forward(x Input) {
	l.forward.Forward(x)
	l.turnInput(x)
	l.reverse.Forward(l.turned)
	turn(l.back, l.reverse.Outputs(), l.extent, l.hidden)
	l.join(l.merged, l.forward.Outputs(), l.back, l.extent.Rows())
}

// Final implements [Layer].
func (l *Bidirectional) Final(name string) []float32 {
	f, r := l.forward.Final(name), l.reverse.Final(name)
	if f == nil {
		return nil
	}
	l.final = tensor.Grow(l.final, l.extent.Batch*l.Width())
	l.join(l.final, f, r, l.extent.Batch)
	return l.final
}

// FinalGradient implements [Layer].
func (l *Bidirectional) FinalGradient(name string, d []float32) {
	n := l.extent.Batch * l.hidden
	l.dforward, l.dback = tensor.Grow(l.dforward, n), tensor.Grow(l.dback, n)
	l.split(l.dforward, l.dback, d, l.forward.Final(name), l.reverse.Final(name), l.extent.Batch)
	l.forward.FinalGradient(name, l.dforward)
	l.reverse.FinalGradient(name, l.dback)
}

// Backward implements [Layer].
func (l *Bidirectional) Backward(x Input, dh, dx []float32) {
	rows := l.extent.Rows()
	n := rows * l.hidden
	l.dforward, l.dback = tensor.Grow(l.dforward, n), tensor.Grow(l.dback, n)
	l.split(l.dforward, l.dback, dh, l.forward.Outputs(), l.back, rows)
	l.forward.Backward(x, l.dforward, dx)
	l.dturned = tensor.Grow(l.dturned, n)
	turn(l.dturned, l.dback, l.extent, l.hidden)
	if dx == nil {
		l.reverse.Backward(l.turned, l.dturned, nil)
		return
	}
	l.daside = tensor.Grow(l.daside, len(dx))
	l.reverse.Backward(l.turned, l.dturned, l.daside)
	aligned := l.turned.Values[:len(dx)] // the input turned round has been read for the last time
	turn(aligned, l.daside, l.extent, len(dx)/rows)
	kernel.Add(dx, aligned)
}

func (l *Bidirectional) turnInput(x Input) {
	if x.Tokens != nil {
		if cap(l.turned.Tokens) < len(x.Tokens) {
			l.turned.Tokens = make([]int32, len(x.Tokens))
		}
		l.turned.Tokens = l.turned.Tokens[:len(x.Tokens)]
		turn(l.turned.Tokens, x.Tokens, l.extent, 1)
		return
	}
	rows := l.extent.Rows()
	l.turned.Values = tensor.Grow(l.turned.Values, len(x.Values))
	turn(l.turned.Values, x.Values, l.extent, len(x.Values)/rows)
}

// turn writes src [T, B, width] to dst with every sequence turned round within its own length; steps past a sequence's
// end become zero.
func turn[E int32 | float32](dst, src []E, e Extent, width int) {
	for t := range e.Steps {
		for b := range e.Batch {
			row := dst[(t*e.Batch+b)*width:][:width]
			length := e.Steps
			if e.Lengths != nil {
				length = e.Lengths[b]
			}
			if t >= length {
				clear(row)
				continue
			}
			copy(row, src[((length-1-t)*e.Batch+b)*width:])
		}
	}
}

// join merges rows of the two directions.
func (l *Bidirectional) join(y, f, r []float32, rows int) {
	n := rows * l.hidden
	switch l.merge {
	case Concat:
		for i := range rows {
			copy(y[2*i*l.hidden:], f[i*l.hidden:(i+1)*l.hidden])
			copy(y[(2*i+1)*l.hidden:], r[i*l.hidden:(i+1)*l.hidden])
		}
	case Multiply:
		kernel.Multiply(y[:n], f[:n], r[:n])
	default:
		copy(y[:n], f[:n])
		kernel.Add(y[:n], r[:n])
		if l.merge == Average {
			kernel.Scale(y[:n], 0.5)
		}
	}
}

// split gives the gradient on merged rows to the two directions.
func (l *Bidirectional) split(df, dr, dy, f, r []float32, rows int) {
	n := rows * l.hidden
	switch l.merge {
	case Concat:
		for i := range rows {
			copy(df[i*l.hidden:(i+1)*l.hidden], dy[2*i*l.hidden:])
			copy(dr[i*l.hidden:(i+1)*l.hidden], dy[(2*i+1)*l.hidden:])
		}
	case Multiply:
		kernel.Multiply(df[:n], dy[:n], r[:n])
		kernel.Multiply(dr[:n], dy[:n], f[:n])
	default:
		copy(df[:n], dy[:n])
		if l.merge == Average {
			kernel.Scale(df[:n], 0.5)
		}
		copy(dr[:n], df[:n])
	}
}
