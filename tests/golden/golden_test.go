package golden

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/reference"
)

// config is a model in the words of docs and API: input, embedding, layers bottom to top, readout, output.
type config struct {
	Input     struct{ Tokens, Features int }
	Embedding int
	Layers    []layerConfig
	Readout   string
	Output    struct{ Classes, Values, Labels int }
}

type layerConfig struct {
	Cell, Activation, Merge, Recurrence string
	Hidden                              int
	Bidirectional, LayerNorm            bool
	ResetAfter                          *bool
}

type batch struct {
	Shape   [2]int
	Inputs  tensor
	Targets tensor
	Lengths []int
	State   map[string]tensor
	Mask    *tensor
	Forced  [][]bool
}

type modelCase struct {
	Name       string
	Config     config
	Parameters []parameter
	Batch      batch
	Expected   struct {
		Outputs      tensor
		Loss         float64
		State        map[string]tensor
		Gradients    map[string]tensor
		InitialState map[string]tensor
		Inputs       *tensor
	}
}

// model is what a stack and a Jordan network have in common.
type model interface {
	Parameters() []reference.Parameter
	ZeroStates() []reference.State
	Run(reference.Example) (reference.Sequence, []reference.State)
	ExampleGradients(reference.Example) (float64, reference.Derivatives)
}

func (c config) output() (reference.Output, int) {
	switch {
	case c.Output.Classes > 0:
		return reference.Classes{}, c.Output.Classes
	case c.Output.Values > 0:
		return reference.Values{}, c.Output.Values
	}
	return reference.Labels{}, c.Output.Labels
}

func (l layerConfig) cell(inputs int) reference.Layer {
	switch l.Cell {
	case "rnn":
		e := reference.NewElman(inputs, l.Hidden)
		if l.Activation == "relu" {
			e.WithReLU()
		}
		if l.LayerNorm {
			e.WithLayerNorm()
		}
		return e
	case "lstm":
		m := reference.NewLSTM(inputs, l.Hidden)
		if l.LayerNorm {
			m.WithLayerNorm()
		}
		return m
	case "gru":
		g := reference.NewGRU(inputs, l.Hidden)
		if l.ResetAfter != nil && !*l.ResetAfter {
			g.WithResetBefore()
		}
		if l.LayerNorm {
			g.WithLayerNorm()
		}
		return g
	}
	panic("no float64 twin of cell " + l.Cell)
}

func (l layerConfig) layer(inputs int) reference.Layer {
	if !l.Bidirectional {
		return l.cell(inputs)
	}
	for _, merge := range reference.Merges() {
		if merge.Name == l.Merge || l.Merge == "" && merge.Name == "concat" {
			return reference.NewBidirectional(merge, l.cell(inputs), l.cell(inputs))
		}
	}
	panic("no merge " + l.Merge)
}

func (c config) model() model {
	output, outputs := c.output()
	width := max(c.Input.Features, c.Input.Tokens)
	var embedding *reference.Embedding
	if c.Embedding > 0 {
		embedding, width = reference.NewEmbedding(c.Input.Tokens, c.Embedding), c.Embedding
	}
	if c.Layers[0].Recurrence == "output" {
		j := reference.NewJordan(output, width, c.Layers[0].Hidden, outputs).WithEmbedding(embedding)
		if c.Layers[0].Activation == "relu" {
			j.WithReLU()
		}
		return j
	}
	var layers []reference.Layer
	for _, l := range c.Layers {
		layer := l.layer(width)
		layers, width = append(layers, layer), layer.Hidden()
	}
	n := reference.NewNetworkFor(output, outputs, layers...).WithEmbedding(embedding)
	n.Last = c.Readout == "last"
	return n
}

// stateVectors names the vectors of a model's states as the goldens do: h_l0, c_l0, h_l0_reverse …, and y_l0 for the
// output that a Jordan network carries.
func stateVectors(m model, states []reference.State) map[string]*mat.VecDense {
	named := map[string]*mat.VecDense{}
	for k, s := range states {
		if _, ok := m.(*reference.Jordan); ok {
			named["y_l0"] = s.H
			continue
		}
		for suffix := fmt.Sprint("_l", k); ; suffix += "_reverse" {
			named["h"+suffix] = s.H
			if s.C != nil {
				named["c"+suffix] = s.C
			}
			if s.Reverse == nil {
				break
			}
			s = *s.Reverse
		}
	}
	return named
}

// example is sequence b of the batch. Weights make the loss the mean over all counted outputs.
func (c modelCase) example(m model, b int) reference.Example {
	steps := c.Batch.Lengths[b]
	e := reference.Example{Initial: m.ZeroStates()}
	if c.Batch.State != nil { // absent: zeros
		for name, v := range stateVectors(m, e.Initial) {
			v.CopyVec(c.Batch.State[name].row(b))
		}
	}
	if c.Batch.Forced != nil {
		e.Forced = c.Batch.Forced[b]
	}
	for t := range steps {
		if c.Config.Input.Tokens == 0 {
			e.Inputs = append(e.Inputs, c.Batch.Inputs.row(b, t))
			continue
		}
		e.Tokens = append(e.Tokens, int(c.Batch.Inputs.Data[b*c.Batch.Shape[1]+t]))
	}
	if c.Config.Input.Tokens > 0 && c.Config.Embedding == 0 {
		e.Inputs = reference.OneHot(e.Tokens, c.Config.Input.Tokens)
	}
	results := steps
	if c.Config.Readout == "last" {
		results = 1
	}
	for t := range results {
		e.Targets = append(e.Targets, c.target(b, t))
		e.Weights = append(e.Weights, c.weight(b, t)/c.weightOfAll())
	}
	return e
}

func (c modelCase) target(b, t int) *mat.VecDense {
	at := []int{b, t}
	if c.Config.Readout == "last" {
		at = []int{b}
	}
	if c.Config.Output.Classes == 0 {
		return c.Batch.Targets.row(at...)
	}
	id := c.Batch.Targets.Data[b]
	if len(at) == 2 {
		id = c.Batch.Targets.Data[b*c.Batch.Shape[1]+t]
	}
	return reference.OneHot([]int{int(id)}, c.Config.Output.Classes)[0]
}

func (c modelCase) weight(b, t int) float64 {
	if c.Batch.Mask == nil {
		return 1
	}
	return c.Batch.Mask.Data[b*c.Batch.Shape[1]+t]
}

func (c modelCase) weightOfAll() (total float64) {
	if c.Config.Readout == "last" {
		return float64(c.Batch.Shape[0])
	}
	for b, steps := range c.Batch.Lengths {
		for t := range steps {
			total += c.weight(b, t)
		}
	}
	return total
}

func (c modelCase) check(t *testing.T) {
	m := c.Config.model()
	fill(t, c.Parameters, m.Parameters())
	var loss float64
	for b := range c.Batch.Shape[0] {
		e := c.example(m, b)
		yhat, last := m.Run(e)
		c.checkOutputs(t, b, yhat)
		for name, v := range stateVectors(m, last) {
			agree(t, name, c.Expected.State[name].rowData(b), v.RawVector().Data)
		}
		l, d := m.ExampleGradients(e)
		loss += l
		dinitial := stateVectors(m, d.Initial)
		require.Len(t, c.Expected.InitialState, len(dinitial))
		for name, v := range dinitial {
			require.NotZero(t, largest(c.Expected.InitialState[name].Data), name)
			agree(t, "gradient of "+name, c.Expected.InitialState[name].rowData(b), v.RawVector().Data)
		}
		if c.Expected.Inputs != nil {
			for s, dx := range d.Inputs {
				agree(t, "gradient of x", c.Expected.Inputs.rowData(b, s), dx.RawVector().Data)
			}
		}
	}
	assert.InEpsilon(t, c.Expected.Loss, loss, tolerance)
	agreeGradients(t, c.Expected.Gradients, m.Parameters())
}

// checkOutputs also wants the steps past the length to be zero in the golden.
func (c modelCase) checkOutputs(t *testing.T, b int, yhat reference.Sequence) {
	t.Helper()
	if c.Config.Readout == "last" {
		agree(t, "output", c.Expected.Outputs.rowData(b), yhat[0].RawVector().Data)
		return
	}
	for s := range c.Batch.Shape[1] {
		want := c.Expected.Outputs.rowData(b, s)
		if s < len(yhat) {
			agree(t, fmt.Sprint("output of step ", s), want, yhat[s].RawVector().Data)
		} else {
			assert.Zero(t, largest(want))
		}
	}
}

func TestTheEquationsAgreeWithPyTorch(t *testing.T) {
	for _, file := range []string{"rnn_tanh.json", "rnn_relu.json", "lstm.json", "gru.json", "stacks.json", "written_out.json"} {
		for _, c := range read[modelCase](t, file) {
			t.Run(strings.TrimSuffix(file, ".json")+"/"+c.Name, func(t *testing.T) { c.check(t) })
		}
	}
}
