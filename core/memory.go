package core

import "fmt"

// MemoryLimit is the number of bytes that a model may plan to use. WebAssembly addresses 4 GiB; the rest is left
// to the program itself, to data and to what the collector has not taken back yet.
const MemoryLimit = 3 << 30

// bytes is what the model holds whatever it runs: weights, gradients, two moments of the optimiser and as much
// again for the packed forms of the weights and for the kept copy of a training run.
func (c Config) bytes() int {
	const arenas = 4 + 2 + 3
	floats, inputs := 0, c.Input.Tokens+c.Input.Features
	if c.Embedding > 0 {
		floats += inputs * c.Embedding
		inputs = c.Embedding
	}
	for _, l := range c.Layers {
		floats += l.directions() * l.Cell.gates() * l.Hidden * (inputs + l.Hidden + 6)
		inputs = l.width()
	}
	floats += c.Output.width() * (inputs + 1)
	if c.InitialState == LearnedState {
		for _, s := range c.stateShapes() {
			floats += s.Shape[1]
		}
	}
	return 4 * arenas * floats
}

// runBytes is what a run of B sequences of T steps adds: for every direction of a layer the gates, for a GRU or with
// layer normalisation also the recurrent halves, and [T, B, H] for outputs, gradients on them, and what the cell keeps;
// for the readout the outputs.
func (c Config) runBytes(batch, steps int) int {
	width := 3*c.Output.width() + 2*(c.Input.Features+c.Embedding) + 6
	for _, l := range c.Layers {
		gates := l.Cell.gates()
		if l.LayerNorm || l.Cell == GRU {
			gates *= 3
		}
		width += l.directions() * (gates + 5) * l.Hidden
		if l.Bidirectional || l.Dropout > 0 {
			width += 6 * l.width()
		}
	}
	return 4 * width * batch * (steps + 1)
}

func megabytes(bytes int) string { return fmt.Sprintf("%d MB", (bytes+999_999)/1_000_000) }
