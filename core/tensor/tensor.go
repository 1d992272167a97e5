// Package tensor lays named float32 tensors out in one arena.
//
// A [Table] says which tensors there are, in which order, with which shape. An [Arena] is one flat block of
// memory laid out by a table. Parameters, gradients and every state of an optimiser are arenas over the same
// table, so clipping, updating and saving are one loop over one slice.
package tensor

import "github.com/unfold-rnn/unfold/core/text"

// Entry is one tensor of a [Table]: its name, its row-major shape and where it lies in an arena.
type Entry struct {
	Name   string
	Shape  []int
	Offset int // first float in the arena
	Len    int // number of floats: the product of Shape
}

// Table is an ordered list of named shapes. The zero value is an empty table.
type Table struct {
	entries []Entry
	index   map[string]int
	size    int
}

// Add appends a tensor and returns its entry. A repeated name or a negative extent is a fault of the caller
// and panics.
func (t *Table) Add(name string, shape ...int) Entry {
	if _, taken := t.index[name]; taken {
		panic(text.Sprintf("tensor: %q is in the table already", name))
	}
	n := 1
	for _, extent := range shape {
		if extent < 0 {
			panic(text.Sprintf("tensor: %q has shape %v", name, shape))
		}
		n *= extent
	}
	e := Entry{Name: name, Shape: shape, Offset: t.size, Len: n}
	if t.index == nil {
		t.index = map[string]int{}
	}
	t.index[name] = len(t.entries)
	t.entries = append(t.entries, e)
	t.size += n
	return e
}

// Entries lists the tensors in the order in which they were added. The slice is the table's own.
func (t *Table) Entries() []Entry { return t.entries }

// Size is the number of floats of an arena over this table.
func (t *Table) Size() int { return t.size }

// Lookup finds a tensor by name.
func (t *Table) Lookup(name string) (Entry, bool) {
	i, ok := t.index[name]
	if !ok {
		return Entry{}, false
	}
	return t.entries[i], true
}

// Arena is one block of floats laid out by a table.
type Arena struct {
	*Table
	Data []float32
}

// NewArena allocates an arena of zeros.
func NewArena(t *Table) Arena {
	return Arena{Table: t, Data: make([]float32, t.Size())}
}

// Of gives the floats of one tensor: a view, not a copy.
func (a Arena) Of(e Entry) []float32 {
	return a.Data[e.Offset : e.Offset+e.Len : e.Offset+e.Len]
}

// Named gives the floats of the tensor with that name, or nil when there is none.
func (a Arena) Named(name string) []float32 {
	e, ok := a.Lookup(name)
	if !ok {
		return nil
	}
	return a.Of(e)
}

// Grow returns a slice of n floats, reusing buf's memory when it is large enough. What the slice holds is
// not defined.
func Grow(buf []float32, n int) []float32 {
	if cap(buf) < n {
		return make([]float32, n)
	}
	return buf[:n]
}
