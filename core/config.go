package core

import (
	"math"
	"strconv"

	"github.com/unfold-rnn/unfold/core/cell"
)

// Config describes a network from bottom to top: what it reads, its recurrent layers, what it says.
type Config struct {
	Input  Input
	Layers []Layer // bottom to top, at least one
	Output Output
	Seed   uint64 // of initialisation, batching and sampling; every draw of the model comes from it
}

// Input is what the bottom layer reads.
type Input struct {
	Tokens int // ids 0 … Tokens-1; a token selects a column of weight_ih
}

// Output is the readout.
type Output struct {
	Classes int // softmax over so many classes, cross-entropy loss
}

// Layer is one recurrent layer.
type Layer struct {
	Cell   Cell
	Hidden int // H ≥ 1
}

// Cell names a transition.
type Cell string

const (
	Elman Cell = "rnn"  // h = tanh(b + W h + U x)
	LSTM  Cell = "lstm" // gates i, f, g, o
)

func (c Cell) gates() int {
	if c == LSTM {
		return cell.LSTMGates
	}
	return cell.ElmanGates
}

// largestExtent bounds every count in a config, so that their products stay far inside an int.
const largestExtent = 1 << 24

func (c Config) validate() error {
	if err := wantExtent("input.tokens", c.Input.Tokens); err != nil {
		return err
	}
	if err := wantExtent("output.classes", c.Output.Classes); err != nil {
		return err
	}
	if len(c.Layers) == 0 {
		return Errorf(CodeConfig, "config: layers is empty, want at least one layer")
	}
	if len(c.Layers) > 64 {
		return Errorf(CodeConfig, "config: layers has %d entries, want at most 64", len(c.Layers))
	}
	for k, l := range c.Layers {
		if l.Cell != Elman && l.Cell != LSTM {
			return Errorf(CodeConfig, "config: layers[%d].cell is %q, want %q or %q", k, l.Cell, Elman, LSTM)
		}
		if err := wantExtent("layers["+strconv.Itoa(k)+"].hidden", l.Hidden); err != nil {
			return err
		}
	}
	return nil
}

func wantExtent(field string, n int) error {
	if n < 1 || n > largestExtent {
		return Errorf(CodeRange, "config: %s is %d, want 1 … %d", field, n, largestExtent)
	}
	return nil
}

// initialBound is PyTorch's: recurrent layers draw every tensor from U(-1/√H, 1/√H), a linear layer from
// U(-1/√in, 1/√in).
func initialBound(fan int) float32 { return float32(1 / math.Sqrt(float64(fan))) }
