package core

import (
	"strconv"

	"github.com/unfold-rnn/unfold/core/cell"
)

// Decoder makes a network an encoder and a decoder: the network's own layers read the source, these write a target of
// its own length. Decoder layer k starts from the last state of encoder layer k, both directions merged, so it is as
// wide as that.
type Decoder struct {
	Layers    []Layer    // bottom to top, as many as the encoder has; of one direction
	Embedding int        // of the target's tokens; 0: a token selects a column of weight_ih
	Attention cell.Score // cell.Additive or cell.Multiplicative; "" is NoAttention
	Units     int        // A of the additive score; 0: as many as the top layer has
	Begin     int        // the token that is read first, below output.classes
	End       int        // the token behind which writing ends, below output.classes
}

// NoAttention lets the decoder have nothing of the source but the encoder's last state.
const NoAttention cell.Score = "none"

func (d *Decoder) attends() bool { return d.Attention != NoAttention }

// writes is the half that writes the targets.
func (c Config) writes() half {
	return half{"decoder.", Input{Tokens: c.Output.Classes}, c.Decoder.Embedding, c.Decoder.Layers}
}

// withDefaults fills what is empty, in a copy.
func (d *Decoder) withDefaults() *Decoder {
	if d == nil {
		return nil
	}
	full := *d
	full.Layers = nil
	for _, l := range d.Layers {
		full.Layers = append(full.Layers, l.withDefaults())
	}
	if full.Attention == "" {
		full.Attention = NoAttention
	}
	if full.Attention == cell.Additive && full.Units == 0 && len(full.Layers) > 0 {
		full.Units = full.Layers[len(full.Layers)-1].Hidden
	}
	return &full
}

// validateDecoder checks a decoder with its defaults filled in, and that the rest of the config fits it.
func (c Config) validateDecoder() error {
	d := c.Decoder
	if d == nil {
		return nil
	}
	switch {
	case c.Output.Classes == 0:
		return Errorf(CodeConfig, "config: decoder writes tokens; want output.classes, the size of their vocabulary")
	case c.InitialState == LearnedState:
		return Errorf(CodeUnsupported, "config: initialState %q is not there with a decoder, which starts from what the encoder has read; want %q", LearnedState, ZeroState)
	case c.Readout == Last:
		return Errorf(CodeConfig, "config: readout is %q, but decoder answers at every step of the target; want %q", Last, Every)
	case len(d.Layers) != len(c.Layers):
		return Errorf(CodeConfig, "config: decoder.layers has %d entries, layers has %d; each starts from the one of the same number, so want as many",
			len(d.Layers), len(c.Layers))
	}
	for k, l := range d.Layers {
		if err := c.validateDecoderLayer("decoder.layers["+strconv.Itoa(k)+"].", l, c.Layers[k]); err != nil {
			return err
		}
	}
	if d.Embedding != 0 {
		if err := wantExtent("decoder.embedding", d.Embedding); err != nil {
			return err
		}
	}
	return d.validateAttention(c.Output.Classes)
}

func (c Config) validateDecoderLayer(path string, l, encoder Layer) error {
	if err := l.validate(path); err != nil {
		return err
	}
	switch {
	case l.Bidirectional:
		return Errorf(CodeConfig, "config: %sbidirectional is true, but a decoder writes from first to last; want false", path)
	case l.Recurrence == FromOutput || encoder.Recurrence == FromOutput:
		return Errorf(CodeUnsupported, "config: recurrence %q goes without a decoder; want %q in layers and decoder.layers", FromOutput, FromHidden)
	case l.Hidden != encoder.width():
		return Errorf(CodeConfig, "config: %shidden is %d, but the encoder layer that it starts from gives a state of %d; want the same",
			path, l.Hidden, encoder.width())
	}
	return nil
}

func (d *Decoder) validateAttention(classes int) error {
	if d.Attention != NoAttention && d.Attention != cell.Additive && d.Attention != cell.Multiplicative {
		return Errorf(CodeConfig, "config: decoder.attention is %q, want %q, %q or %q", d.Attention, NoAttention, cell.Additive, cell.Multiplicative)
	}
	if d.Attention != cell.Additive && d.Units != 0 {
		return Errorf(CodeConfig, "config: decoder.units goes with attention %q alone; this one is %q", cell.Additive, d.Attention)
	}
	if d.Attention == cell.Additive {
		if err := wantExtent("decoder.units", d.Units); err != nil {
			return err
		}
	}
	for _, mark := range []extent{{"begin", d.Begin}, {"end", d.End}} {
		if mark.n < 0 || mark.n >= classes {
			return Errorf(CodeRange, "config: decoder.%s is %d, want 0 … %d (output.classes = %d)", mark.name, mark.n, classes-1, classes)
		}
	}
	return nil
}
