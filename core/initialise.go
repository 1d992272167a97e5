package core

import (
	"math"
	"strings"

	"github.com/unfold-rnn/unfold/core/random"
)

// initialise draws all parameters, in their order.
func (m *Model) initialise(source *random.Source) {
	for _, t := range tensors(m.weights) {
		layers := m.config.Layers
		path := strings.TrimPrefix(t.Name, "encoder.")
		if name, ok := strings.CutPrefix(path, "decoder."); ok {
			path, layers = name, m.config.Decoder.Layers
		}
		module, name, _ := strings.Cut(path, ".")
		switch module {
		case "embedding":
			initialiseEmbedding(t, layers[0].Init, source)
		case "attention", "combine":
			uniform(t.Data, initialBound(t.Shape[len(t.Shape)-1]), source)
		case "head":
			m.initialiseHead(t, source)
		default:
			name, suffix, _ := strings.Cut(name, "_l")
			layer := layers[atoi(strings.TrimSuffix(suffix, "_reverse"))]
			layer.initialise(name, t, source)
		}
	}
}

func atoi(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// initialise draws one tensor of a layer.
func (l Layer) initialise(name string, t Tensor, source *random.Source) {
	bias := strings.HasPrefix(name, "bias")
	switch {
	case len(name) == 2: // h0, c0, y0: a learned initial state begins as zeros
	case strings.HasPrefix(name, "ln_"):
		if strings.HasPrefix(name, "ln_weight") {
			fill(t.Data, 1)
		}
	case name == "weight_hh" && l.Init != PyTorch:
		for block := t.Data; len(block) > 0; block = block[l.Hidden*l.Hidden:] { // gate by gate
			orthogonal(block[:l.Hidden*l.Hidden], l.Hidden, source)
		}
	case l.Init == Keras && bias:
		if l.Cell == LSTM && name == "bias_ih" {
			fill(t.Data[l.Hidden:2*l.Hidden], 1)
		}
	case l.Init == Keras:
		// Keras draws all gates of the kernel at once: fans are its inputs and G·H.
		uniform(t.Data, float32(math.Sqrt(6/float64(t.Shape[0]+t.Shape[1]))), source)
	default:
		uniform(t.Data, initialBound(l.Hidden), source)
	}
}

// initialiseEmbedding draws from the normal distribution as PyTorch does, or from U(-0.05, 0.05) as Keras does.
func initialiseEmbedding(t Tensor, init Init, source *random.Source) {
	if init == Keras {
		uniform(t.Data, 0.05, source)
		return
	}
	for i := range t.Data {
		t.Data[i] = float32(source.Normal())
	}
}

// initialiseHead draws the readout, as the top layer's convention has it.
func (m *Model) initialiseHead(t Tensor, source *random.Source) {
	layers := m.config.Layers
	if m.config.Decoder != nil {
		layers = m.config.Decoder.Layers
	}
	top := layers[len(layers)-1]
	inputs := m.weights.Entries()[len(m.weights.Entries())-2].Shape[1]
	switch {
	case top.Init != Keras:
		uniform(t.Data, initialBound(inputs), source)
	case len(t.Shape) == 2:
		uniform(t.Data, float32(math.Sqrt(6/float64(t.Shape[0]+t.Shape[1]))), source)
	}
}

func uniform(values []float32, bound float32, source *random.Source) {
	for i := range values {
		values[i] = source.Uniform(-bound, bound)
	}
}

func fill(values []float32, with float32) {
	for i := range values {
		values[i] = with
	}
}
