package reference

import "gonum.org/v1/gonum/mat"

// Bidirectional is two layers of equal length over one sequence, f from its first step to its last, r from its
// last to its first, aligned in time and merged:
//
//	h(t) = merge(f(t), r(t))
//
// The last state holds that of each direction, r's being its state at the first step.
//
// M. Schuster, K. K. Paliwal, Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45 (1997).
type Bidirectional struct {
	Ahead, Back Layer
	Merge       Merge
}

// NewBidirectional joins two layers of one direction each.
func NewBidirectional(merge Merge, ahead, back Layer) *Bidirectional {
	return &Bidirectional{Ahead: ahead, Back: back, Merge: merge}
}

// Merge joins the outputs of two directions and splits a gradient between them.
type Merge struct {
	Name  string
	Join  func(f, r *mat.VecDense) *mat.VecDense
	Split func(f, r, d *mat.VecDense) (df, dr *mat.VecDense)
}

// The merges: [f; r] (of length 2H), f + r, (f + r)/2 and f ⊙ r.
var (
	Concat = Merge{"concat",
		func(f, r *mat.VecDense) *mat.VecDense { return join(f, r) },
		func(f, r, d *mat.VecDense) (df, dr *mat.VecDense) {
			return part(d, 0, f.Len()), part(d, f.Len(), f.Len()+r.Len())
		}}
	Sum = Merge{"sum",
		func(f, r *mat.VecDense) *mat.VecDense { return sum(f, r) },
		func(_, _, d *mat.VecDense) (df, dr *mat.VecDense) { return d, d }}
	Average = Merge{"average",
		func(f, r *mat.VecDense) *mat.VecDense { return scaled(0.5, sum(f, r)) },
		func(_, _, d *mat.VecDense) (df, dr *mat.VecDense) { return scaled(0.5, d), scaled(0.5, d) }}
	Multiply = Merge{"multiply",
		func(f, r *mat.VecDense) *mat.VecDense { return hadamard(f, r) },
		func(f, r, d *mat.VecDense) (df, dr *mat.VecDense) { return hadamard(d, r), hadamard(d, f) }}
)

// Merges lists them all.
func Merges() []Merge { return []Merge{Concat, Sum, Average, Multiply} }

// Hidden implements [Layer].
func (b *Bidirectional) Hidden() int {
	if b.Merge.Name == Concat.Name {
		return b.Ahead.Hidden() + b.Back.Hidden()
	}
	return b.Ahead.Hidden()
}

// ZeroState implements [Layer].
func (b *Bidirectional) ZeroState() State {
	state, reverse := b.Ahead.ZeroState(), b.Back.ZeroState()
	state.Reverse = &reverse
	return state
}

// Parameters implements [Layer].
func (b *Bidirectional) Parameters() []Parameter {
	all := b.Ahead.Parameters()
	for _, p := range b.Back.Parameters() {
		p.Name += "_reverse"
		all = append(all, p)
	}
	return all
}

// reverse is the state of the direction that reads from the end; nothing for a gradient that is not there.
func (s State) reverse() State {
	if s.Reverse == nil {
		return State{}
	}
	return *s.Reverse
}

// Forward implements [Layer].
func (b *Bidirectional) Forward(x Sequence, initial State) (Sequence, State, Backward) {
	f, last, backAhead := b.Ahead.Forward(x, initial)
	r, lastReverse, backBack := b.Back.Forward(x.reversed(), initial.reverse())
	r = r.reversed()
	last.Reverse = &lastReverse
	h := make(Sequence, len(x))
	for t := range x {
		h[t] = b.Merge.Join(f[t], r[t])
	}

	backward := func(dh Sequence, dlast State) (Sequence, State) {
		df, dr := make(Sequence, len(x)), make(Sequence, len(x))
		for t := range x {
			df[t], dr[t] = b.Merge.Split(f[t], r[t], dh[t])
		}
		dx, dinitial := backAhead(df, dlast)
		dxReverse, dreverse := backBack(dr.reversed(), dlast.reverse())
		for t, d := range dxReverse.reversed() {
			dx[t] = sum(dx[t], d)
		}
		dinitial.Reverse = &dreverse
		return dx, dinitial
	}
	return h, last, backward
}

// Merged implements [Layer]: h, and c where there is one, of both directions merged as the outputs are.
func (b *Bidirectional) Merged(last State) (State, func(State) State) {
	f, r := last, last.reverse()
	merged := State{H: b.Merge.Join(f.H, r.H)}
	if f.C != nil {
		merged.C = b.Merge.Join(f.C, r.C)
	}
	return merged, func(d State) State {
		var df, dr State
		if d.H != nil {
			df.H, dr.H = b.Merge.Split(f.H, r.H, d.H)
		}
		if d.C != nil {
			df.C, dr.C = b.Merge.Split(f.C, r.C, d.C)
		}
		df.Reverse = &dr
		return df
	}
}

var _ Layer = (*Bidirectional)(nil)
