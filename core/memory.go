package core

import "fmt"

// MemoryLimit is the number of bytes that a model may plan to use. WebAssembly addresses 4 GiB; the rest is left
// to the program itself, to data and to what the collector has not taken back yet.
const MemoryLimit = 3 << 30

// bytes is what the model holds whatever it runs: weights, gradients, two moments of the optimiser and as much
// again for the packed forms of the weights and for the kept copy of a training run.
func (c Config) bytes() int {
	const arenas = 4 + 2 + 3
	floats, inputs := 0, c.Input.Tokens
	for _, l := range c.Layers {
		floats += l.Cell.gates() * l.Hidden * (inputs + l.Hidden + 2)
		inputs = l.Hidden
	}
	floats += c.Output.Classes * (inputs + 1)
	return 4 * arenas * floats
}

// runBytes is what a run of B sequences of T steps adds: for every layer the gates, and one [T, B, H] each for the
// outputs, the gradient on them and, for the LSTM, c and tanh c; for the readout the logits.
func (c Config) runBytes(batch, steps int) int {
	width := c.Output.Classes + 4
	for _, l := range c.Layers {
		width += (l.Cell.gates() + 4) * l.Hidden
	}
	return 4 * width * batch * (steps + 1)
}

func megabytes(bytes int) string { return fmt.Sprintf("%d MB", (bytes+999_999)/1_000_000) }
