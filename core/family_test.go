package core

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/reference"
)

// twin is a network of core/reference, of either pattern.
type twin interface {
	Parameters() []reference.Parameter
	ZeroGradients()
	Run(e reference.Example) (yhat reference.Sequence, last []reference.State)
	ExampleLoss(e reference.Example) float64
	ExampleGradients(e reference.Example) (float64, reference.Derivatives)
}

func newTwin(c Config) twin {
	inputs := c.Input.Tokens + c.Input.Features
	var embedding *reference.Embedding
	if c.Embedding > 0 {
		embedding = reference.NewEmbedding(c.Input.Tokens, c.Embedding)
		inputs = c.Embedding
	}
	var output reference.Output = reference.Classes{}
	switch {
	case c.Output.Values > 0:
		output = reference.Values{}
	case c.Output.Labels > 0:
		output = reference.Labels{}
	}
	if c.Layers[0].Recurrence == FromOutput {
		j := reference.NewJordan(output, inputs, c.Layers[0].Hidden, c.Output.width())
		if c.InitialState == LearnedState {
			j = j.LearnInitialState()
		}
		if c.Layers[0].Activation == Relu {
			j = j.WithReLU()
		}
		if embedding != nil {
			j = j.WithEmbedding(embedding)
		}
		return j
	}
	n := reference.NewNetworkFor(output, c.Output.width(), twinLayers(c.Layers, inputs)...)
	if embedding != nil {
		n = n.WithEmbedding(embedding)
	}
	if c.Readout == Last {
		n = n.ReadLast()
	}
	if c.InitialState == LearnedState {
		n = n.LearnInitialState()
	}
	return n
}

func twinLayers(of []Layer, inputs int) (layers []reference.Layer) {
	for _, l := range of {
		made := newTwinLayer(l, inputs)
		if l.Bidirectional {
			made = reference.NewBidirectional(twinMerge(l.Merge), made, newTwinLayer(l, inputs))
		}
		inputs = l.withDefaults().width()
		layers = append(layers, made)
	}
	return layers
}

func newTwinLayer(l Layer, inputs int) reference.Layer {
	switch l.Cell {
	case LSTM:
		made := reference.NewLSTM(inputs, l.Hidden)
		if l.LayerNorm {
			made = made.WithLayerNorm()
		}
		return made
	case GRU:
		made := reference.NewGRU(inputs, l.Hidden)
		if l.ResetBefore {
			made = made.WithResetBefore()
		}
		if l.LayerNorm {
			made = made.WithLayerNorm()
		}
		return made
	}
	made := reference.NewElman(inputs, l.Hidden)
	if l.Activation == Relu {
		made = made.WithReLU()
	}
	if l.LayerNorm {
		made = made.WithLayerNorm()
	}
	return made
}

func twinMerge(m cell.Merge) reference.Merge {
	switch m {
	case cell.Sum:
		return reference.Sum
	case cell.Average:
		return reference.Average
	case cell.Multiply:
		return reference.Multiply
	}
	return reference.Concat
}

type familyCase struct {
	name   string
	config Config
	forced *float64 // teacher forcing
}

func tokensIn(n int) Input   { return Input{Tokens: n} }
func featuresIn(n int) Input { return Input{Features: n} }

func familyCases() (cases []familyCase) {
	layers := map[string]Layer{
		"rnn tanh": {Cell: Elman}, "rnn relu": {Cell: Elman, Activation: Relu}, "lstm": {Cell: LSTM},
		"gru": {Cell: GRU}, "gru reset before": {Cell: GRU, ResetBefore: true},
		"rnn norm": {Cell: Elman, LayerNorm: true}, "lstm norm": {Cell: LSTM, LayerNorm: true}, "gru norm": {Cell: GRU, LayerNorm: true},
		"gru reset before norm": {Cell: GRU, ResetBefore: true, LayerNorm: true},
	}
	outputs := []Output{{Classes: 4}, {Values: 3}, {Labels: 2}}
	i := 0
	for name, l := range layers {
		for _, depth := range []int{1, 2} {
			for _, merge := range []cell.Merge{"", cell.Concat, cell.Sum, cell.Average, cell.Multiply} {
				for _, readout := range []Readout{Every, Last} {
					c := Config{Readout: readout, Output: outputs[i%3], Seed: 3}
					switch i % 4 {
					case 0:
						c.Input = featuresIn(3)
					case 1:
						c.Input, c.Embedding = tokensIn(6), 4
					default:
						c.Input = tokensIn(6)
					}
					i++
					for k := range depth {
						layer := l
						layer.Hidden, layer.Merge, layer.Bidirectional = 5-k, merge, merge != ""
						c.Layers = append(c.Layers, layer)
					}
					cases = append(cases, familyCase{name: fmt.Sprint(name, depth, merge, readout, c.Input, c.Output), config: c})
				}
			}
		}
	}
	mixed := Config{Input: tokensIn(6), Output: outputs[0], Layers: []Layer{
		{Cell: GRU, Hidden: 4, Bidirectional: true}, {Cell: LSTM, Hidden: 3}, {Cell: Elman, Hidden: 5, Activation: Relu}}}
	cases = append(cases, familyCase{name: "unlike layers", config: mixed})
	none, all := 0.0, 1.0
	for _, output := range outputs {
		for _, activation := range []Activation{Tanh, Relu} {
			for _, forced := range []*float64{&none, &all} {
				c := Config{Input: tokensIn(6), Output: output, Layers: []Layer{{Cell: Elman, Hidden: 5, Recurrence: FromOutput, Activation: activation}}}
				cases = append(cases, familyCase{name: fmt.Sprint("jordan", activation, output, *forced), config: c, forced: forced})
				c.Input, c.Embedding = tokensIn(6), 3
				cases = append(cases, familyCase{name: fmt.Sprint("jordan embedding", activation, output, *forced), config: c, forced: forced})
			}
		}
	}
	for _, c := range cases[:len(cases):len(cases)] {
		if c.config.Input.Tokens > 0 { // enough of them
			c.name, c.config.InitialState = c.name+" learned state", LearnedState
			cases = append(cases, c)
		}
	}
	return cases
}

// family is one network twice, with a batch of sequences of unequal length.
type family struct {
	c     familyCase
	model *Model
	twin  twin
	batch Batch
}

func newFamily(t *testing.T, c familyCase) family {
	m, err := New(c.config)
	require.NoError(t, err)
	f := family{c: c, model: m, twin: newTwin(c.config)}
	parameters := f.twin.Parameters()
	require.Len(t, m.Weights(), len(parameters))
	var weights []Tensor
	for k, w := range m.Weights() {
		require.Equal(t, parameters[k].Name, w.Name)
		require.Len(t, parameters[k].Value, len(w.Data), w.Name)
		values := make([]float32, len(w.Data))
		for i := range values {
			values[i] = float32(formula(i, k))
			parameters[k].Value[i] = float64(values[i])
		}
		weights = append(weights, Tensor{w.Name, w.Shape, values})
	}
	require.NoError(t, m.SetWeights(weights))
	f.fillBatch()
	return f
}

func (f *family) fillBatch() {
	const B, T = 4, 6
	c, b := f.model.Config(), Batch{Batch: B, Steps: T, Lengths: []int32{3, 6, 0, 5}, TeacherForcing: f.c.forced}
	for i := range B * T {
		if c.Input.Features > 0 {
			for j := range c.Input.Features {
				b.Features = append(b.Features, float32(formula(i*c.Input.Features+j, 50)))
			}
		} else {
			b.Inputs = append(b.Inputs, int32((5*i+i*i)%c.Input.Tokens))
		}
		b.Mask = append(b.Mask, []float32{1, 0.5, 2, 0}[i%4])
	}
	for i := range B * f.model.answers(T) {
		if c.Output.Classes > 0 {
			b.Targets = append(b.Targets, int32((3*i+1)%c.Output.Classes))
		}
		for j := range c.Output.Values + c.Output.Labels {
			b.TargetValues = append(b.TargetValues, float32(math.Abs(formula(7*i+j, 60))))
		}
	}
	f.batch = b
	if c.InitialState != LearnedState {
		f.batch.State = f.givenState(B)
	}
}

func (f *family) givenState(B int) (state State) {
	for k, s := range f.model.stateShapes() {
		data := make([]float32, B*s.Shape[1])
		for i := range data {
			data[i] = float32(formula(i, 70+k))
		}
		state = append(state, Tensor{s.Name, []int{B, s.Shape[1]}, data})
	}
	return state
}

// example is what the reference reads of sequence i.
func (f family) example(i int) reference.Example {
	c, b := f.model.Config(), f.batch
	n := int(b.Lengths[i])
	e := reference.Example{}
	var ids []int
	for t := range n {
		if c.Input.Features > 0 {
			e.Inputs = append(e.Inputs, wide(b.Features[(i*b.Steps+t)*c.Input.Features:][:c.Input.Features]))
		} else {
			ids = append(ids, int(b.Inputs[i*b.Steps+t]))
		}
	}
	if c.Embedding > 0 {
		e.Tokens = ids
	} else if c.Input.Tokens > 0 {
		e.Inputs = reference.OneHot(ids, c.Input.Tokens)
	}
	total := f.totalWeight()
	for t := range f.model.answers(n) {
		weight := 0.0
		if n > 0 {
			at := t
			if c.Readout == Last {
				at = n - 1
			}
			weight = float64(b.Mask[i*b.Steps+at]) / total
		}
		e.Targets = append(e.Targets, f.target(i*f.model.answers(b.Steps)+t))
		e.Weights = append(e.Weights, weight)
		e.Forced = append(e.Forced, f.c.forced != nil && *f.c.forced == 1)
	}
	for _, s := range b.State {
		if s.Name[0] == 'c' {
			continue
		}
		e.Initial = append(e.Initial, f.initial(s.Name, i))
	}
	if b.State != nil {
		e.Initial = joined(c, e.Initial)
	}
	return e
}

// initial is the state of one direction of one layer.
func (f family) initial(name string, i int) reference.State {
	cut := func(s *Tensor) *mat.VecDense {
		if s == nil {
			return nil
		}
		return wide(s.Data[i*s.Shape[1]:][:s.Shape[1]])
	}
	return reference.State{H: cut(f.batch.State.named(name)), C: cut(f.batch.State.named("c" + name[1:]))}
}

func (f family) target(row int) *mat.VecDense {
	c := f.model.Config()
	if c.Output.Classes > 0 {
		return reference.OneHot([]int{int(f.batch.Targets[row])}, c.Output.Classes)[0]
	}
	return wide(f.batch.TargetValues[row*c.Output.width():][:c.Output.width()])
}

func (f family) totalWeight() (total float64) {
	for i, n := range f.batch.Lengths {
		for t := range int(n) {
			if f.model.Config().Readout == Every || t == int(n)-1 {
				total += float64(f.batch.Mask[i*f.batch.Steps+t])
			}
		}
	}
	return total
}

func wide(values []float32) *mat.VecDense {
	v := mat.NewVecDense(len(values), nil)
	for i, x := range values {
		v.SetVec(i, float64(x))
	}
	return v
}

func TestTheFamilyAgreesWithTheEquations(t *testing.T) {
	for _, c := range familyCases() {
		t.Run(c.name, func(t *testing.T) { newFamily(t, c).agreeWithTheEquations(t) })
	}
}

func (f family) agreeWithTheEquations(t *testing.T) {
	whole := f.batch // leaves numbers in the workspace wherever the shorter sequences have none
	whole.Lengths = nil
	_, _, _, err := f.model.Gradients(whole)
	require.NoError(t, err)
	outputs, err := f.model.Forward(f.batch)
	require.NoError(t, err)
	loss, gradients, initial, err := f.model.Gradients(f.batch)
	require.NoError(t, err)
	assert.InEpsilon(t, loss, outputs.Loss, 1e-6)

	var want float64
	f.twin.ZeroGradients()
	width, answers := f.model.Config().Output.width(), f.model.answers(f.batch.Steps)
	for i, n := range f.batch.Lengths {
		e := f.example(i)
		yhat, _ := f.twin.Run(e)
		for s := range answers {
			row := outputs.Outputs.Data[(i*answers+s)*width:][:width]
			if s < len(yhat) && n > 0 {
				agree(t, "outputs", yhat[s].RawVector().Data, row, outputTolerance)
			} else {
				assert.Equal(t, make([]float32, width), row, "no output past the end, step %d of %d", s, n)
			}
		}
		l, d := f.twin.ExampleGradients(e)
		want += l
		f.agreeOnStates(t, d.Initial, initial, i)
	}
	assert.InEpsilon(t, want, loss, outputTolerance)
	for k, p := range f.twin.Parameters() {
		agree(t, p.Name, p.Gradient, gradients[k].Data, 1e-4)
	}
}

// joined puts the directions of a layer together.
func joined(c Config, directions []reference.State) (states []reference.State) {
	for _, l := range c.Layers {
		s := directions[0]
		directions = directions[1:]
		if l.Bidirectional {
			reverse := directions[0]
			directions = directions[1:]
			s.Reverse = &reverse
		}
		states = append(states, s)
	}
	return states
}

// agreeOnStates compares the gradient on the initial state of sequence i.
func (f family) agreeOnStates(t *testing.T, want []reference.State, got State, i int) {
	compare := func(name string, v *mat.VecDense) {
		s := got.named(name)
		require.NotNil(t, s, name)
		row := s.Data[i*s.Shape[1]:][:s.Shape[1]]
		if v == nil || mat.Norm(v, 2) == 0 {
			assert.Equal(t, make([]float32, len(row)), row, "%s of sequence %d", name, i)
			return
		}
		agree(t, name, v.RawVector().Data, row, 1e-4)
	}
	if f.model.Config().jordan() {
		compare("y_l0", want[0].H)
		return
	}
	for k, s := range want {
		for direction := 0; ; direction++ {
			suffix := layerSuffix(k) + directionSuffix(direction)
			compare("h"+suffix, s.H)
			if f.model.Config().Layers[k].Cell == LSTM {
				compare("c"+suffix, s.C)
			}
			if s.Reverse == nil {
				break
			}
			s = *s.Reverse
		}
	}
}
