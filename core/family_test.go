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
	"github.com/unfold-rnn/unfold/core/twin"
)

// described is a config in the words of package twin.
func described(c Config) twin.Config {
	d := twin.Config{
		Tokens: c.Input.Tokens, Features: c.Input.Features, Embedding: c.Embedding, Layers: describedLayers(c.Layers),
		ReadLast: c.Readout == Last, LearnedState: c.InitialState == LearnedState, Output: "classes", Outputs: c.Output.width(),
	}
	switch {
	case c.Output.Values > 0:
		d.Output = "values"
	case c.Output.Labels > 0:
		d.Output = "labels"
	}
	return d
}

func describedLayers(layers []Layer) (list []twin.Layer) {
	for _, l := range layers {
		list = append(list, twin.Layer{
			Cell: string(l.Cell), Hidden: l.Hidden, Activation: string(l.Activation), Recurrence: string(l.Recurrence), ResetBefore: l.ResetBefore,
			Bidirectional: l.Bidirectional, Merge: string(l.Merge), LayerNorm: l.LayerNorm,
		})
	}
	return list
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
	twin  twin.Network
	batch Batch
}

func newFamily(t *testing.T, c familyCase) family {
	m, err := New(c.config)
	require.NoError(t, err)
	f := family{c: c, model: m, twin: twin.New(described(c.config))}
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
	answers, width := f.model.answers(b.Steps), c.Output.width()
	s := twin.Sequence{Steps: int(b.Lengths[i]), Mask: b.Mask[i*b.Steps:], Forced: f.c.forced != nil && *f.c.forced == 1}
	if c.Input.Features > 0 {
		s.Features = b.Features[i*b.Steps*c.Input.Features:]
	} else {
		s.Tokens = b.Inputs[i*b.Steps:]
	}
	if c.Output.Classes > 0 {
		s.Targets = b.Targets[i*answers:]
	} else {
		s.TargetValues = b.TargetValues[i*answers*width:]
	}
	if b.State != nil {
		s.State = func(name string) []float32 {
			tensor := b.State.named(name)
			return tensor.Data[i*tensor.Shape[1]:][:tensor.Shape[1]]
		}
	}
	e := described(c).Example(s)
	for t := range e.Weights {
		e.Weights[t] /= f.totalWeight()
	}
	return e
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
