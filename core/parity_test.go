package core

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/reference"
	"github.com/unfold-rnn/unfold/core/twin"
)

// The engine, under whichever kernels this build has, against the float64 equations. Tolerances are fractions of
// the largest value of the tensor that is judged.
const (
	outputTolerance   = 1e-5
	gradientTolerance = 1e-5
)

type parityCase struct {
	cells            []Cell
	hidden           []int
	vocabulary, B, T int
	withState        bool
}

func (c parityCase) String() string {
	return fmt.Sprintf("%v%v V%d B%d T%d state=%v", c.cells, c.hidden, c.vocabulary, c.B, c.T, c.withState)
}

func parityCases() []parityCase {
	var cases []parityCase
	for _, cells := range [][]Cell{{Elman}, {LSTM}, {Elman, Elman}, {LSTM, LSTM}, {LSTM, Elman, LSTM}} {
		for _, size := range []struct{ hidden, vocabulary, b, t int }{{3, 5, 1, 1}, {5, 7, 3, 6}, {16, 11, 4, 9}, {33, 65, 5, 12}} {
			hidden := make([]int, len(cells))
			for k := range hidden {
				hidden[k] = size.hidden + 2*k
			}
			cases = append(cases,
				parityCase{cells: cells, hidden: hidden, vocabulary: size.vocabulary, B: size.b, T: size.t},
				parityCase{cells: cells, hidden: hidden, vocabulary: size.vocabulary, B: size.b, T: size.t, withState: true})
		}
	}
	return cases
}

// formula gives values that reveal an exchanged order: no two tensors, rows or gates are alike.
func formula(i, tensor int) float64 {
	return 0.6*math.Sin(float64(1+3*i+7*tensor)) + 0.2*math.Cos(float64(2*i*i%1009+tensor))
}

// pair is one network twice: in float32 as the engine has it and in float64 as the equations have it.
type pair struct {
	c       parityCase
	model   *Model
	network *reference.Network
	batch   Batch
}

func newPair(t *testing.T, c parityCase) pair {
	config := Config{Input: Input{Tokens: c.vocabulary}, Output: Output{Classes: c.vocabulary}, Seed: 1}
	for k, name := range c.cells {
		config.Layers = append(config.Layers, Layer{Cell: name, Hidden: c.hidden[k]})
	}
	m, err := New(config)
	require.NoError(t, err)
	p := pair{c: c, model: m, network: twin.New(described(config)).(*reference.Network)}
	p.copyWeights(t)
	p.batch = Batch{Batch: c.B, Steps: c.T, Inputs: make([]int32, c.B*c.T), Targets: make([]int32, c.B*c.T)}
	for i := range p.batch.Inputs {
		p.batch.Inputs[i] = int32((7*i + i*i) % c.vocabulary)
		p.batch.Targets[i] = int32((5*i + 3) % c.vocabulary)
	}
	if c.withState {
		for k, shape := range m.stateShapes() {
			data := make([]float32, c.B*shape.Shape[1])
			for i := range data {
				data[i] = float32(formula(i, 40+k))
			}
			p.batch.State = append(p.batch.State, Tensor{shape.Name, []int{c.B, shape.Shape[1]}, data})
		}
	}
	return p
}

// copyWeights gives both the same values, scaled as 1/√fan so that large layers do not saturate.
func (p pair) copyWeights(t *testing.T) {
	var weights []Tensor
	parameters := p.network.Parameters()
	for k, w := range p.model.Weights() {
		require.Equal(t, parameters[k].Name, w.Name)
		require.Len(t, parameters[k].Value, len(w.Data))
		scale := 1 / math.Sqrt(float64(w.Shape[len(w.Shape)-1]))
		values := make([]float32, len(w.Data))
		for i := range values {
			values[i] = float32(scale * formula(i, k))
			parameters[k].Value[i] = float64(values[i])
		}
		weights = append(weights, Tensor{w.Name, w.Shape, values})
	}
	require.NoError(t, p.model.SetWeights(weights))
}

// sequence gives what the reference reads of sequence b.
func (p pair) sequence(b int) (x reference.Sequence, initial []reference.State, targets []int, weights []float64) {
	steps := p.batch.Steps
	ids := make([]int, steps)
	for t := range steps {
		ids[t] = int(p.batch.Inputs[b*steps+t])
		targets = append(targets, int(p.batch.Targets[b*steps+t]))
		weights = append(weights, 1/float64(p.batch.Batch*steps))
	}
	initial = p.network.ZeroStates()
	for k, s := range initial {
		hidden := p.c.hidden[k]
		for i := range hidden {
			if h := p.batch.State.named(fmt.Sprintf("h_l%d", k)); h != nil {
				s.H.SetVec(i, float64(h.Data[b*hidden+i]))
			}
			if c := p.batch.State.named(fmt.Sprintf("c_l%d", k)); c != nil {
				s.C.SetVec(i, float64(c.Data[b*hidden+i]))
			}
		}
	}
	return reference.OneHot(ids, p.c.vocabulary), initial, targets, weights
}

// gradients is the reference's answer for the whole batch; the initial states' gradients come a sequence at a time.
func (p pair) gradients() (loss float64, initial [][]reference.State) {
	p.network.ZeroGradients()
	for b := range p.batch.Batch {
		x, s, targets, weights := p.sequence(b)
		l, d := p.network.Gradients(x, s, targets, weights)
		loss += l
		initial = append(initial, d)
	}
	return loss, initial
}

// agree wants every element within tolerance times the largest of the wanted ones.
func agree(t *testing.T, what string, want []float64, got []float32, tolerance float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	require.NotZero(t, largest, "%s: nothing to compare with", what)
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= tolerance*largest) {
			t.Errorf("%s[%d] is %v, want %v (largest %v)", what, i, got[i], w, largest)
			return
		}
	}
}

func TestForwardAgreesWithTheEquations(t *testing.T) {
	for _, c := range parityCases() {
		t.Run(c.String(), func(t *testing.T) {
			p := newPair(t, c)
			f, err := p.model.Forward(p.batch)
			require.NoError(t, err)
			assert.Equal(t, []int{c.B, c.T, c.vocabulary}, f.Outputs.Shape)
			var total float64
			for b := range c.B {
				x, initial, targets, weights := p.sequence(b)
				yhat, last := p.network.Forward(x, initial)
				for s := range c.T {
					row := (b*c.T + s) * c.vocabulary
					agree(t, "outputs", yhat[s].RawVector().Data, f.Outputs.Data[row:row+c.vocabulary], outputTolerance)
				}
				for k, hidden := range c.hidden {
					agree(t, "h", last[k].H.RawVector().Data, f.State.named(fmt.Sprintf("h_l%d", k)).Data[b*hidden:][:hidden], outputTolerance)
					if last[k].C != nil {
						agree(t, "c", last[k].C.RawVector().Data, f.State.named(fmt.Sprintf("c_l%d", k)).Data[b*hidden:][:hidden], outputTolerance)
					}
				}
				total += p.network.Loss(x, initial, targets, weights)
			}
			assert.InEpsilon(t, total, f.Loss, outputTolerance)
		})
	}
}

func TestGradientsAgreeWithTheEquations(t *testing.T) {
	for _, c := range parityCases() {
		t.Run(c.String(), func(t *testing.T) {
			p := newPair(t, c)
			loss, gradients, initial, err := p.model.Gradients(p.batch)
			require.NoError(t, err)
			wantLoss, wantInitial := p.gradients()
			assert.InEpsilon(t, wantLoss, loss, outputTolerance)
			for k, parameter := range p.network.Parameters() {
				if c.T == 1 && !c.withState && strings.HasPrefix(parameter.Name, "rnn.weight_hh") {
					continue // no past: the gradient is zero, and asserted to be below
				}
				agree(t, parameter.Name, parameter.Gradient, gradients[k].Data, gradientTolerance)
			}
			for k, hidden := range c.hidden {
				for b := range c.B {
					agree(t, "∂L/∂h", wantInitial[b][k].H.RawVector().Data, initial.named(fmt.Sprintf("h_l%d", k)).Data[b*hidden:][:hidden], gradientTolerance)
					if c.cells[k] == LSTM {
						agree(t, "∂L/∂c", wantInitial[b][k].C.RawVector().Data, initial.named(fmt.Sprintf("c_l%d", k)).Data[b*hidden:][:hidden], gradientTolerance)
					}
				}
			}
		})
	}
}

func TestRecurrentGradientOfOneStepFromZeroIsZero(t *testing.T) {
	p := newPair(t, parityCase{cells: []Cell{LSTM}, hidden: []int{4}, vocabulary: 5, B: 2, T: 1})
	_, gradients, _, err := p.model.Gradients(p.batch)
	require.NoError(t, err)
	for _, g := range gradients {
		if g.Name == "rnn.weight_hh_l0" {
			assert.Equal(t, make([]float32, len(g.Data)), g.Data)
		}
	}
}

func TestTenTrainingStepsAgreeWithTheEquations(t *testing.T) {
	for _, clip := range []float64{0, 0.05} {
		for _, name := range optim.Names() {
			for _, cells := range [][]Cell{{Elman}, {LSTM, LSTM}} {
				t.Run(fmt.Sprint(name, cells, clip), func(t *testing.T) {
					hidden := []int{9, 8}[:len(cells)]
					p := newPair(t, parityCase{cells: cells, hidden: hidden, vocabulary: 7, B: 3, T: 5})
					o, _ := optim.Defaults(name)
					o.LearningRate, o.ClipNorm = 0.01, clip
					p.trainBoth(t, o, 10)
				})
			}
		}
	}
}

func (p pair) trainBoth(t *testing.T, o optim.Options, steps int) {
	var rule reference.Rule
	switch o.Name {
	case "sgd":
		r := reference.NewSGD()
		r.LearningRate, rule = o.LearningRate, r
	case "momentum":
		r := reference.NewMomentum()
		r.LearningRate, rule = o.LearningRate, r
	case "nesterov":
		r := reference.NewNesterov()
		r.LearningRate, rule = o.LearningRate, r
	case "rmsprop":
		r := reference.NewRMSProp()
		r.LearningRate, rule = o.LearningRate, r
	case "adamw":
		r := reference.NewAdamW()
		r.LearningRate, rule = o.LearningRate, r
	case "adam":
		rule = &reference.Adam{LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon}
	case "adagrad":
		rule = &reference.Adagrad{LearningRate: o.LearningRate, Epsilon: o.Epsilon}
	default:
		t.Fatalf("no float64 twin of optimiser %q", o.Name)
	}
	parameters := p.network.Parameters()
	for step := range steps {
		got, err := p.model.TrainStep(p.batch, o)
		require.NoError(t, err)
		loss, _ := p.gradients()
		norm := reference.GradientNorm(parameters)
		rule.Step(parameters, reference.ClipScale(norm, o.ClipNorm))
		assert.InEpsilon(t, loss, got.Loss, 1e-5, "loss at step %d", step)
		assert.InEpsilon(t, norm, got.GradNorm, 1e-4, "gradient norm at step %d", step)
		assert.Equal(t, step+1, got.Step)
	}
	for k, w := range p.model.Weights() {
		agree(t, w.Name, parameters[k].Value, w.Data, 1e-4)
	}
}
