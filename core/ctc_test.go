package core

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/reference"
)

// labellingCases has every cell in one direction and in both, one layer and two, with tokens, an embedding and features.
func labellingCases() map[string]Config {
	cases := map[string]Config{}
	i := 0
	for _, l := range []Layer{{Cell: Elman}, {Cell: LSTM}, {Cell: GRU}, {Cell: GRU, ResetBefore: true}, {Cell: LSTM, LayerNorm: true}} {
		for _, merge := range []cell.Merge{"", cell.Concat, cell.Sum} {
			for _, depth := range []int{1, 2} {
				c := Config{Input: tokensIn(6), Output: Output{Classes: 4}, Loss: CTC}
				switch i % 3 {
				case 0:
					c.Input = featuresIn(3)
				case 1:
					c.Embedding = 4
				}
				for k := range depth {
					layer := l
					layer.Hidden, layer.Merge, layer.Bidirectional = 5-k, merge, merge != ""
					c.Layers = append(c.Layers, layer)
				}
				i++
				cases[fmt.Sprint(l, merge, depth)] = c
			}
		}
	}
	return cases
}

// newLabelling is one network twice with sources and labellings of unequal lengths: repeats, a target of length 0, a
// source of one step, one without steps, and one that its labelling fills.
func newLabelling(t *testing.T, c Config) family {
	f := newFamily(t, familyCase{config: c})
	b := &f.batch
	b.Batch, b.Steps, b.Mask = 5, 6, nil
	b.Lengths = []int32{5, 6, 1, 0, 6}
	b.Targets = []int32{
		1, 2, 2, 0, 0,
		0, 0, 0, 0, 0,
		3, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
		1, 1, 2, 1, 3,
	}
	b.TargetLengths = []int32{3, 0, 1, 0, 5}
	b.Inputs, b.Features, b.State = nil, nil, nil
	for i := range b.Batch * b.Steps {
		for j := range c.Input.Features {
			b.Features = append(b.Features, float32(formula(i*c.Input.Features+j, 50)))
		}
		if c.Input.Tokens > 0 {
			b.Inputs = append(b.Inputs, int32((5*i+i*i)%c.Input.Tokens))
		}
	}
	for k, s := range f.model.stateShapes() {
		data := make([]float32, b.Batch*s.Shape[1])
		for i := range data {
			data[i] = float32(formula(i, 70+k))
		}
		b.State = append(b.State, Tensor{s.Name, []int{b.Batch, s.Shape[1]}, data})
	}
	return f
}

// labels is target i as the reference takes it.
func (f family) labels(i int) (labels []int) {
	for _, label := range f.batch.labelling(i) {
		labels = append(labels, int(label))
	}
	return labels
}

// source is what the reference reads of sequence i.
func (f family) source(i int) reference.Example {
	f.batch.Targets, f.batch.Mask = make([]int32, f.batch.Batch*f.batch.Steps), make([]float32, f.batch.Batch*f.batch.Steps)
	e := f.example(i)
	e.Targets, e.Weights = nil, nil
	return e
}

func TestCTCModelsAgreeWithTheEquations(t *testing.T) {
	for name, c := range labellingCases() {
		t.Run(name, func(t *testing.T) {
			f := newLabelling(t, c)
			outputs, err := f.model.Forward(f.batch)
			require.NoError(t, err)
			assert.Equal(t, []int{f.batch.Batch, f.batch.Steps, c.Output.Classes}, outputs.Outputs.Shape)
			loss, gradients, initial, err := f.model.Gradients(f.batch)
			require.NoError(t, err)
			assert.InEpsilon(t, loss, outputs.Loss, 1e-6)

			var want float64
			f.twin.ZeroGradients()
			for i, n := range f.batch.Lengths {
				o, _, backward := f.twin.(*reference.Network).Logits(f.source(i))
				for s := range f.batch.Steps {
					row := outputs.Outputs.Data[(i*f.batch.Steps+s)*c.Output.Classes:][:c.Output.Classes]
					if s < int(n) {
						agree(t, "outputs", reference.Softmax(o[s]).RawVector().Data, row, outputTolerance)
					} else {
						assert.Equal(t, make([]float32, c.Output.Classes), row, "no output past the end")
					}
				}
				share := 1 / float64(f.batch.Batch*max(1, len(f.labels(i))))
				l, do := reference.CTC(o, f.labels(i), 0)
				want += share * l
				for _, d := range do {
					d.ScaleVec(share, d)
				}
				f.agreeOnStates(t, backward(do).Initial, initial, i)
			}
			assert.InEpsilon(t, want, loss, outputTolerance)
			for k, p := range f.twin.Parameters() {
				agree(t, p.Name, p.Gradient, gradients[k].Data, 1e-4)
			}
		})
	}
}

// drawSpelling are sources in which every label of the target, 1 … 4, is shown for 1 … 3 steps as token 0 … 3, and between
// two of a kind, as now and then elsewhere, there is a gap: token 4.
func drawSpelling(count int, seed uint64) *Sequences {
	draw, s := rand.New(rand.NewPCG(seed, 1)), &Sequences{}
	for range count {
		n, start, before := draw.IntN(5), len(s.Inputs), int32(0)
		for range n {
			label := 1 + draw.Int32N(4)
			if label == before || draw.IntN(3) == 0 {
				s.Inputs = append(s.Inputs, 4)
			}
			for range 1 + draw.IntN(3) {
				s.Inputs = append(s.Inputs, label-1)
			}
			s.Targets, before = append(s.Targets, label), label
		}
		s.Inputs = append(s.Inputs, 4)
		s.Lengths = append(s.Lengths, int32(len(s.Inputs)-start))
		s.TargetLengths = append(s.TargetLengths, int32(n))
	}
	return s
}

func spellingConfig() Config {
	return Config{Input: tokensIn(5), Layers: []Layer{{Cell: GRU, Hidden: 16}}, Output: Output{Classes: 5}, Loss: CTC, Seed: 3}
}

func TestACTCModelLearnsToSpell(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	held := drawSpelling(50, 99)
	run, err := m.Train(Corpus{Sequences: drawSpelling(400, 1), ValidationSequences: held}, reversalOptions(300))
	require.NoError(t, err)
	records := finish(t, run)
	assert.Less(t, records[len(records)-1].ValidationLoss, 0.1)
	assert.Greater(t, records[0].Loss, 10*records[len(records)-1].ValidationLoss)

	exact, start, target := 0, 0, 0
	for i, n := range held.Lengths {
		b := Batch{Batch: 1, Steps: int(n), Inputs: held.Inputs[start : start+int(n)]}
		start += int(n)
		want := held.Targets[target : target+int(held.TargetLengths[i])]
		target += len(want)
		found, err := m.Decode(b, DecodeOptions{})
		require.NoError(t, err)
		if assert.ObjectsAreEqual(append([]int32{}, want...), found[0][0].Tokens) {
			exact++
		}
	}
	assert.Greater(t, exact, 45, "of 50 held-out sources")
}

func TestHeldOutLossOfCTCIsTheMeanOverItsTargets(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	held := drawSpelling(30, 3)
	o := reversalOptions(1)
	o.Validation.Every = 1
	run, err := m.Train(Corpus{Sequences: drawSpelling(30, 4), ValidationSequences: held}, o)
	require.NoError(t, err)
	got := finish(t, run)[0].ValidationLoss
	require.NoError(t, held.check(m, "held"))
	everything := make([]int, len(held.Lengths))
	for i := range everything {
		everything[i] = i
	}
	f, err := m.Forward(held.gather(m, everything))
	require.NoError(t, err)
	assert.InEpsilon(t, f.Loss, got, 1e-5)
}

func TestTrainingWithCTCAllocatesNothing(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	run, err := m.Train(Corpus{Sequences: drawSpelling(200, 1), ValidationSequences: drawSpelling(40, 2)}, reversalOptions(0))
	require.NoError(t, err)
	advance := func() {
		if _, _, err := run.Advance(); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		advance()
	}
	assert.Zero(t, testing.AllocsPerRun(200, advance))
}

// Few labels in many steps: the loss of a fresh network is far over ln V a label, and no sign of divergence.
func TestALongSourceWithOneLabelDoesNotDiverge(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	const steps = 1500
	s := &Sequences{Lengths: []int32{steps}, Inputs: make([]int32, steps), Targets: []int32{1}, TargetLengths: []int32{1}}
	o := reversalOptions(1)
	o.Batch = 1
	run, err := m.Train(Corpus{Sequences: s}, o)
	require.NoError(t, err)
	records := finish(t, run)
	assert.Greater(t, records[0].Loss, divergence*math.Log(5), "or the test shows nothing")
}

func TestALoadedCTCModelTrainsOnBitForBit(t *testing.T) {
	m, err := New(spellingConfig())
	require.NoError(t, err)
	b := Batch{Batch: 2, Steps: 3, Inputs: []int32{1, 4, 3, 2, 0, 0}, Lengths: []int32{3, 1}, Targets: []int32{2, 4, 3, 0}, TargetLengths: []int32{2, 1}}
	for range 3 {
		_, err = m.TrainStep(b, adamOptions(0.01))
		require.NoError(t, err)
	}
	file, err := m.Save(nil, true)
	require.NoError(t, err)
	loaded, err := LoadAs(spellingConfig(), file)
	require.NoError(t, err)
	for range 3 {
		want, err := m.TrainStep(b, adamOptions(0.01))
		require.NoError(t, err)
		got, err := loaded.TrainStep(b, loaded.OptimizerOptions())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	assert.Equal(t, m.weights.Data, loaded.weights.Data)
}
