package core

import (
	"math"
	"strconv"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/text"
)

// Config describes a network from bottom to top: what it reads, its recurrent layers, what it says.
type Config struct {
	Input        Input
	Embedding    int          // tokens only: a vector of so many values a token; 0: a token selects a column of weight_ih
	Layers       []Layer      // bottom to top, at least one
	Readout      Readout      // "" is Every
	InitialState InitialState // "" is ZeroState
	Output       Output
	Loss         string   // "" is that of the output; or CTC
	Decoder      *Decoder // writes targets of their own length; nil: the network answers what it reads
	Seed         uint64   // of initialisation, batching, dropout and sampling; every draw of the model comes from it
}

// Input is what the network reads a step: exactly one field is set.
type Input struct {
	Tokens   int // ids 0 … Tokens-1
	Features int // vectors of so many values
}

// Readout says when the network answers.
type Readout string

const (
	Every Readout = "every" // at every step
	Last  Readout = "last"  // once, behind the last valid step
)

// Output is what the network answers: exactly one field is set.
type Output struct {
	Classes int // softmax over so many classes, cross-entropy
	Values  int // so many numbers, mean squared error
	Labels  int // so many yes-or-no answers, sigmoid, binary cross-entropy
}

func (i Input) String() string { return only([]extent{{"tokens", i.Tokens}, {"features", i.Features}}) }

func (o Output) String() string {
	return only([]extent{{"classes", o.Classes}, {"values", o.Values}, {"labels", o.Labels}})
}

// only writes the fields that are set: { tokens: 65 }.
func only(fields []extent) string {
	list := ""
	for _, f := range fields {
		if f.n != 0 {
			list += " " + f.name + ": " + strconv.Itoa(f.n)
		}
	}
	return "{" + list + " }"
}

// Words as they are written in messages.
func (c Cell) String() string         { return string(c) }
func (a Activation) String() string   { return string(a) }
func (r Recurrence) String() string   { return string(r) }
func (r Readout) String() string      { return string(r) }
func (i Init) String() string         { return string(i) }
func (i InitialState) String() string { return string(i) }

func (o Output) width() int { return o.Classes + o.Values + o.Labels }

// Layer is one recurrent layer. Zero values are the defaults that the comments name.
type Layer struct {
	Cell          Cell
	Hidden        int        // H ≥ 1
	Activation    Activation // Elman only; "" is Tanh
	Recurrence    Recurrence // Elman only; "" is FromHidden
	ResetBefore   bool       // GRU only: the reset stands before the recurrent product
	Bidirectional bool       // a second layer reads from each sequence's end
	Merge         cell.Merge // of the two directions; "" is Concat
	Dropout       float64    // on this layer's output while training, in [0, 1)
	LayerNorm     bool       // both halves of the pre-activations are normalised
	Init          Init       // "" is PyTorch
}

// Cell names a transition.
type Cell string

const (
	Elman Cell = "rnn"
	LSTM  Cell = "lstm"
	GRU   Cell = "gru"
)

// Activation is the Elman cell's.
type Activation string

const (
	Tanh Activation = "tanh"
	Relu Activation = "relu"
)

// Recurrence says what a step hands to the next.
type Recurrence string

const (
	FromHidden Recurrence = "hidden" // patterns 1 and 3
	FromOutput Recurrence = "output" // pattern 2, Jordan; then it is the only layer
)

// Init is how first weights are drawn.
type Init string

const (
	PyTorch    Init = "pytorch"    // all from U(-1/√H, 1/√H)
	Keras      Init = "keras"      // weight_ih Glorot uniform, weight_hh orthogonal, biases 0, the LSTM's forget gate 1
	Orthogonal Init = "orthogonal" // weight_hh orthogonal gate by gate, the others as PyTorch
)

func (c Cell) gates() int {
	switch c {
	case LSTM:
		return cell.LSTMGates
	case GRU:
		return cell.GRUGates
	}
	return cell.ElmanGates
}

// width is the number of outputs of the layer a step.
func (l Layer) width() int {
	if l.Bidirectional && l.Merge == cell.Concat {
		return 2 * l.Hidden
	}
	return l.Hidden
}

func (l Layer) directions() int {
	if l.Bidirectional {
		return 2
	}
	return 1
}

func (c Config) jordan() bool { return c.Layers[0].Recurrence == FromOutput }

func (c Config) bidirectional() bool {
	for _, l := range c.Layers {
		if l.Bidirectional {
			return true
		}
	}
	return false
}

// withDefaults fills what is empty, in a copy.
func (c Config) withDefaults() Config {
	c.Layers = append([]Layer(nil), c.Layers...)
	if c.Readout == "" {
		c.Readout = Every
	}
	if c.InitialState == "" {
		c.InitialState = ZeroState
	}
	for k, l := range c.Layers {
		c.Layers[k] = l.withDefaults()
	}
	c.Decoder = c.Decoder.withDefaults()
	return c
}

func (l Layer) withDefaults() Layer {
	if l.Activation == "" {
		l.Activation = Tanh
	}
	if l.Recurrence == "" {
		l.Recurrence = FromHidden
	}
	if l.Merge == "" {
		l.Merge = cell.Concat
	}
	if l.Init == "" {
		l.Init = PyTorch
	}
	return l
}

// largestExtent bounds every count in a config, so that their products stay far inside an int.
const largestExtent = 1 << 24

// validate checks a config with its defaults filled in.
func (c Config) validate() error {
	if err := wantOne("input", []extent{{"tokens", c.Input.Tokens}, {"features", c.Input.Features}}); err != nil {
		return err
	}
	outputs := []extent{{"classes", c.Output.Classes}, {"values", c.Output.Values}, {"labels", c.Output.Labels}}
	if err := wantOne("output", outputs); err != nil {
		return err
	}
	if c.Embedding != 0 {
		if err := wantExtent("embedding", c.Embedding); err != nil {
			return err
		}
		if c.Input.Tokens == 0 {
			return Errorf(CodeConfig, "config: embedding goes with input.tokens; the input has features")
		}
	}
	if c.Readout != Every && c.Readout != Last {
		return Errorf(CodeConfig, "config: readout is %q, want %q or %q", c.Readout, Every, Last)
	}
	if c.InitialState != ZeroState && c.InitialState != LearnedState {
		return Errorf(CodeConfig, "config: initialState is %q, want %q or %q", c.InitialState, ZeroState, LearnedState)
	}
	if len(c.Layers) == 0 {
		return Errorf(CodeConfig, "config: layers is empty, want at least one layer")
	}
	if len(c.Layers) > 64 {
		return Errorf(CodeConfig, "config: layers has %d entries, want at most 64", len(c.Layers))
	}
	for k, l := range c.Layers {
		if err := l.validate("layers[" + strconv.Itoa(k) + "]."); err != nil {
			return err
		}
	}
	if err := c.validateDecoder(); err != nil {
		return err
	}
	if err := c.validateLoss(); err != nil {
		return err
	}
	return c.validateJordan()
}

func (c Config) validateJordan() error {
	for k, l := range c.Layers {
		if l.Recurrence != FromOutput {
			continue
		}
		switch {
		case len(c.Layers) > 1:
			return Errorf(CodeConfig, "config: layers[%d].recurrence is %q, then it must be the only layer; there are %d", k, FromOutput, len(c.Layers))
		case c.Readout == Last:
			return Errorf(CodeConfig, "config: layers[0].recurrence %q feeds every output back; want readout %q", FromOutput, Every)
		case l.Bidirectional:
			return Errorf(CodeConfig, "config: layers[0].recurrence %q goes forward only; want bidirectional false", FromOutput)
		case l.LayerNorm || l.Dropout > 0:
			return Errorf(CodeUnsupported, "config: layers[0] with recurrence %q has neither layerNorm nor dropout", FromOutput)
		}
	}
	return nil
}

func (l Layer) validate(path string) error {
	if l.Cell != Elman && l.Cell != LSTM && l.Cell != GRU {
		return Errorf(CodeConfig, "config: %scell is %q, want %q, %q or %q", path, l.Cell, Elman, LSTM, GRU)
	}
	if err := wantExtent(path+"hidden", l.Hidden); err != nil {
		return err
	}
	for _, rule := range []struct {
		broken bool
		code   Code
		want   string
	}{
		{l.Activation != Tanh && l.Activation != Relu, CodeConfig, `activation is neither "tanh" nor "relu"`},
		{l.Activation == Relu && l.Cell != Elman, CodeConfig, `activation "relu" is an option of cell "rnn" alone`},
		{l.Recurrence != FromHidden && l.Recurrence != FromOutput, CodeConfig, `recurrence is neither "hidden" nor "output"`},
		{l.Recurrence == FromOutput && l.Cell != Elman, CodeConfig, `recurrence "output" is an option of cell "rnn" alone`},
		{l.ResetBefore && l.Cell != GRU, CodeConfig, `resetAfter is an option of cell "gru" alone`},
		{l.Merge != cell.Concat && l.Merge != cell.Sum && l.Merge != cell.Average && l.Merge != cell.Multiply, CodeConfig,
			`merge is none of "concat", "sum", "average", "multiply"`},
		{!(l.Dropout >= 0 && l.Dropout < 1), CodeRange, text.Sprintf("dropout is %v, want a number in [0, 1)", l.Dropout)},
		{l.Init != PyTorch && l.Init != Keras && l.Init != Orthogonal, CodeConfig, `init is none of "pytorch", "keras", "orthogonal"`},
	} {
		if rule.broken {
			return Errorf(rule.code, "config: %s%s", path, rule.want)
		}
	}
	return nil
}

type extent struct {
	name string
	n    int
}

// wantOne wants exactly one of the fields to be set, and in range.
func wantOne(field string, fields []extent) error {
	set := -1
	for i, f := range fields {
		if f.n == 0 {
			continue
		}
		if set >= 0 {
			return Errorf(CodeConfig, "config: %s has both %s and %s, want one", field, fields[set].name, f.name)
		}
		set = i
	}
	if set < 0 {
		return wantExtent(field+"."+fields[0].name, 0)
	}
	return wantExtent(field+"."+fields[set].name, fields[set].n)
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
