package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/text"
)

// MemoryLimit is the number of bytes that a model may plan to use. WebAssembly addresses 4 GiB; the rest is left
// to the program itself, to data and to what the collector has not taken back yet.
const MemoryLimit = 3 << 30

// RunSize is what the memory of a training run depends on beside the model.
type RunSize struct {
	Batch, Steps int
	Written      int    // S, of targets that have lengths of their own
	Recompute    int    // see [Batch]
	Optimizer    string // the rule; "" is "adam"
}

// Memory says what a model and a run need.
type Memory struct {
	Parameters     int // how many numbers the model learns
	WeightsBytes   int // weights, their gradients and the packed forms that the products read
	OptimizerBytes int // what the rule remembers, and the copy of weights and memory that Train puts back when a run diverges
	RunBytes       int // the batch and all that is kept from the forward pass for the way back
	TotalBytes     int
	LimitBytes     int // [MemoryLimit]
	Fits           bool
}

// Memory says beforehand what a model of this config needs to be trained. Calls that would need more than [MemoryLimit]
// are refused by this reckoning.
func (c Config) Memory(r RunSize) (Memory, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return Memory{}, err
	}
	if r.Optimizer == "" {
		r.Optimizer = "adam"
	}
	switch _, known := optim.Defaults(r.Optimizer); {
	case !known:
		return Memory{}, Errorf(CodeConfig, "memory: optimizer is %q, want one of %q", r.Optimizer, optim.Names())
	case !rowsFit(r.Batch, r.Steps):
		return Memory{}, Errorf(CodeShape, "memory: shape is [%d %d], want batch ≥ 1 and steps ≥ 1 with at most %d in all", r.Batch, r.Steps, largestRows)
	}
	if err := c.checkRecompute("memory", r.Recompute); err != nil {
		return Memory{}, err
	}
	return c.memory(r), nil
}

func rowsFit(batch, steps int) bool {
	return batch >= 1 && steps >= 1 && batch <= largestRows && steps <= largestRows && batch*steps <= largestRows
}

func (c Config) memory(r RunSize) Memory {
	const word = 4 // bytes of a float32 and of an id
	parameters := c.parameters()
	f := c.footprint(r)
	kept := parameters * (1 + 2*optim.Moments(r.Optimizer))
	m := Memory{
		Parameters: parameters, WeightsBytes: word * (2*parameters + f.Fixed), OptimizerBytes: word * kept,
		RunBytes: word * f.Run, LimitBytes: MemoryLimit,
	}
	m.TotalBytes = m.WeightsBytes + m.OptimizerBytes + m.RunBytes
	m.Fits = m.TotalBytes <= m.LimitBytes
	return m
}

// parameters counts the model's numbers.
func (c Config) parameters() (count int) {
	for _, e := range c.table().Entries() {
		count += e.Len
	}
	return count
}

// footprint is what stands in memory beside the parameters and their gradients.
func (c Config) footprint(r RunSize) cell.Footprint {
	length := plan{segment: r.Recompute}.length(r.Steps)
	piece, rows := cell.Extent{Batch: r.Batch, Steps: length}, r.Batch*r.Steps
	var f cell.Footprint
	if c.jordan() {
		f = c.jordanFootprint(piece)
	} else {
		f = c.networkFootprint(piece, r.Written)
	}
	// The batch, its targets and their weights, the losses, and the states at the borders.
	answers, pieceAnswers := r.Batch, r.Batch
	switch {
	case c.ownTargets():
		answers = r.Batch * r.Written
		pieceAnswers = answers
	case c.Readout == Every:
		answers, pieceAnswers = rows, piece.Rows()
	}
	f.Run += rows*max(1, c.Input.Features) + answers*(1+max(1, c.Output.Values+c.Output.Labels)) + 2*pieceAnswers
	carried := 0
	for _, s := range c.stateShapes() {
		carried += r.Batch * s.Shape[1]
	}
	f.Run += carried // from window to window
	if length < r.Steps {
		f.Run += carried*((r.Steps+length-1)/length+2) + c.parameters()
	}
	return f
}

// networkFootprint is a stack with its readout, and with a decoder a second stack and what attention keeps.
func (c Config) networkFootprint(e cell.Extent, written int) cell.Footprint {
	reads := c.reads()
	f := reads.footprint(e, c.Readout == Last)
	answers, top := e.Rows(), reads.width()
	if c.Readout == Last {
		answers = e.Batch
	}
	if d := c.Decoder; d != nil {
		writes := c.writes()
		w := cell.Extent{Batch: e.Batch, Steps: written}
		f = f.Plus(writes.footprint(w, false))
		memory, hidden := top, writes.width()
		answers, top = w.Rows(), hidden
		f.Run += answers + 2*e.Batch + e.Batch*memory // what the decoder is given, from where, and the gradient handed back
		if d.attends() {
			f = f.Plus(cell.AttentionFootprint(d.Attention, hidden, memory, d.Units, w, e))
			f.Run += answers * hidden
		}
	}
	if c.Loss == CTC {
		f.Run += 2 * (e.Steps + 2) * (2*written + 2) // α in float64, of one sequence at a time
	}
	return f.Plus(cell.ReadoutFootprint(top, c.Output.width(), answers))
}

// footprint is that of a stack up to what it puts out.
func (h half) footprint(e cell.Extent, last bool) (f cell.Footprint) {
	rows, inputs, tokens, widest := e.Rows(), h.input.Tokens+h.input.Features, h.input.Tokens > 0, 0
	if h.embedding > 0 {
		inputs, tokens, widest = h.embedding, false, h.embedding
		f.Run += rows * h.embedding
	}
	for k, l := range h.layers {
		shape := cell.Shape{
			Gates: l.Cell.gates(), Inputs: inputs, Hidden: l.Hidden, Tokens: tokens, Normed: l.LayerNorm,
			ResetBefore: l.ResetBefore, Below: k > 0 || h.embedding > 0,
		}
		for range l.directions() {
			f = f.Plus(shape.Footprint(e))
		}
		if l.Bidirectional {
			f = f.Plus(cell.BidirectionalFootprint(shape, l.width(), e))
		}
		inputs, tokens, widest = l.width(), false, max(widest, l.width())
		if outputs := rows * inputs; l.Dropout > 0 {
			if k == len(h.layers)-1 && last {
				outputs = e.Batch * inputs
			}
			f.Run += 2 * outputs
		}
	}
	f.Run += 2 * rows * widest // gradients on a layer's outputs and inputs
	if last {
		f.Run += e.Batch * inputs
	}
	return f
}

func (c Config) jordanFootprint(e cell.Extent) (f cell.Footprint) {
	inputs, tokens := c.Input.Tokens+c.Input.Features, c.Input.Tokens > 0
	if c.Embedding > 0 {
		inputs, tokens = c.Embedding, false
		f.Run = 2 * e.Rows() * c.Embedding
	}
	shape := cell.Shape{Gates: cell.ElmanGates, Inputs: inputs, Hidden: c.Layers[0].Hidden, Tokens: tokens, Below: c.Embedding > 0}
	f = f.Plus(cell.JordanFootprint(shape, c.Output.width(), e))
	if c.Output.Labels > 0 {
		f.Run += e.Batch * c.Output.Labels
	}
	return f
}

// checkMemory refuses what would not fit, and says which segments would.
func (m *Model) checkMemory(where string, r RunSize) error {
	need := m.config.memory(r)
	if need.Fits {
		return nil
	}
	advice := "take fewer of either"
	if m.config.checkRecompute(where, 1) == nil {
		for length := (plan{segment: r.Recompute}).length(r.Steps) / 2; length >= 1; length /= 2 {
			cut := r
			cut.Recompute = length
			if fitting := m.config.memory(cut); fitting.Fits {
				advice = text.Sprintf("recompute %d would need %s; or take fewer of either", length, megabytes(fitting.TotalBytes))
				break
			}
		}
	}
	return Errorf(CodeMemory, "%s: batch %d × steps %d needs %s with this model, at most %s can be had; %s",
		where, r.Batch, r.Steps, megabytes(need.TotalBytes), megabytes(need.LimitBytes), advice)
}

func megabytes(bytes int) string { return text.Sprintf("%d MB", (bytes+999_999)/1_000_000) }
