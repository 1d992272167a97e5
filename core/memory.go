package core

import "github.com/unfold-rnn/unfold/core/text"

// MemoryLimit is the number of bytes that a model may plan to use. WebAssembly addresses 4 GiB; the rest is left
// to the program itself, to data and to what the collector has not taken back yet.
const MemoryLimit = 3 << 30

// bytes is what the model holds whatever it runs: weights, gradients, two moments of the optimiser and as much
// again for the packed forms of the weights and for the kept copy of a training run.
func (c Config) bytes() int {
	const arenas = 4 + 2 + 3
	top := c.reads()
	floats := top.floats()
	if d := c.Decoder; d != nil {
		memory := top.width()
		top = c.writes()
		floats += top.floats()
		if d.attends() {
			floats += (d.Units+top.width())*(memory+top.width()) + d.Units + memory*top.width()
		}
	}
	floats += c.Output.width() * (top.width() + 1)
	return 4 * arenas * floats
}

// floats counts the half's weights.
func (h half) floats() (floats int) {
	inputs := h.input.Tokens + h.input.Features
	if h.embedding > 0 {
		floats += inputs * h.embedding
		inputs = h.embedding
	}
	for _, l := range h.layers {
		floats += l.directions() * l.Cell.gates() * l.Hidden * (inputs + l.Hidden + 6)
		inputs = l.width()
	}
	return floats
}

// runBytes is what a run of B sequences of T steps adds, with targets of their own of up to S steps: what the layers keep,
// the outputs, for attention the memory and its keys with their gradients, α, and a few rows a step; for CTC the float64
// α [T+1, 2S+1] of one sequence at a time.
func (c Config) runBytes(batch, steps, written int) int {
	floats := c.reads().rowFloats() * (steps + 1)
	answers := steps + 1
	if d := c.Decoder; d != nil {
		answers = written + 1
		top := c.writes()
		floats += top.rowFloats() * answers
		if d.attends() {
			memory, hidden := c.reads().width(), top.width()
			floats += 2*(memory+max(d.Units, hidden))*steps + (2*steps+2*memory+4*hidden+2*d.Units)*answers
		}
	}
	floats += 3 * c.Output.width() * answers
	bytes := 4 * batch * floats
	if c.Loss == CTC {
		bytes += 8 * (steps + 2) * (2*written + 2)
	}
	return bytes
}

// rowFloats counts what a half keeps for a step of a sequence: for every direction of a layer the gates, for a GRU or with
// layer normalisation also the recurrent halves, and [T, B, H] for outputs, gradients on them, and what the cell keeps.
func (h half) rowFloats() int {
	width := 2*(h.input.Features+h.embedding) + 6
	for _, l := range h.layers {
		gates := l.Cell.gates()
		if l.LayerNorm || l.Cell == GRU {
			gates *= 3
		}
		width += l.directions() * (gates + 5) * l.Hidden
		if l.Bidirectional || l.Dropout > 0 {
			width += 6 * l.width()
		}
	}
	return width
}

func megabytes(bytes int) string { return text.Sprintf("%d MB", (bytes+999_999)/1_000_000) }
