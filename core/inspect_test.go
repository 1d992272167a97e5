package core

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
)

// inspectCases are networks of every kind.
func inspectCases() map[string]Config {
	layers := func(l ...Layer) []Layer { return l }
	classes := Output{Classes: 4}
	return map[string]Config{
		"rnn":          {Input: Input{Tokens: 4}, Layers: layers(Layer{Cell: Elman, Hidden: 3}), Output: classes},
		"relu":         {Input: Input{Features: 2}, Layers: layers(Layer{Cell: Elman, Hidden: 4, Activation: Relu}), Output: Output{Values: 2}},
		"lstm":         {Input: Input{Tokens: 4}, Embedding: 3, Layers: layers(Layer{Cell: LSTM, Hidden: 3}, Layer{Cell: LSTM, Hidden: 2}), Output: classes},
		"gru":          {Input: Input{Tokens: 4}, Layers: layers(Layer{Cell: GRU, Hidden: 3}, Layer{Cell: Elman, Hidden: 3}), Output: classes},
		"reset before": {Input: Input{Features: 2}, Layers: layers(Layer{Cell: GRU, Hidden: 3, ResetBefore: true}), Output: Output{Labels: 2}},
		"both":         {Input: Input{Tokens: 4}, Layers: layers(Layer{Cell: LSTM, Hidden: 3, Bidirectional: true}, Layer{Cell: GRU, Hidden: 2, Bidirectional: true, Merge: cell.Sum}), Output: classes},
		"last":         {Input: Input{Tokens: 4}, Layers: layers(Layer{Cell: GRU, Hidden: 3, Bidirectional: true}), Readout: Last, Output: classes},
		"norm":         {Input: Input{Tokens: 4}, Layers: layers(Layer{Cell: LSTM, Hidden: 3, LayerNorm: true}), Output: classes},
		"jordan":       {Input: Input{Features: 2}, Layers: layers(Layer{Cell: Elman, Hidden: 3, Recurrence: FromOutput}), Output: classes},
	}
}

// inspectBatch has sequences of unequal lengths.
func inspectBatch(c Config) Batch {
	b := Batch{Batch: 3, Steps: 5, Lengths: []int32{3, 5, 1}}
	steps := b.Steps
	if c.Readout == Last {
		steps = 1
	}
	for i := range b.Batch * b.Steps {
		if c.Input.Tokens > 0 {
			b.Inputs = append(b.Inputs, int32((i*i+2*i)%c.Input.Tokens))
		}
		for j := range c.Input.Features {
			b.Features = append(b.Features, float32(math.Sin(float64(3*i+5*j))))
		}
	}
	for i := range b.Batch * steps {
		if c.Output.Classes > 0 {
			b.Targets = append(b.Targets, int32((2*i+1)%c.Output.Classes))
			continue
		}
		for j := range c.Output.width() {
			b.TargetValues = append(b.TargetValues, float32(math.Abs(math.Cos(float64(i+2*j)))))
		}
	}
	return b
}

func tensorNamed(t *testing.T, list []Tensor, name string) Tensor {
	t.Helper()
	for _, tensor := range list {
		if tensor.Name == name {
			return tensor
		}
	}
	require.Fail(t, "no tensor "+name)
	return Tensor{}
}

// vector is what a [B, T, W] tensor holds of one step.
func (t Tensor) vector(b, step int) []float32 {
	return t.Data[(b*t.Shape[1]+step)*t.Shape[2]:][:t.Shape[2]]
}

func TestInspectionsAreConsistent(t *testing.T) {
	for name, config := range inspectCases() {
		t.Run(name, func(t *testing.T) {
			m, err := New(config)
			require.NoError(t, err)
			b := inspectBatch(config)
			aspects := []Aspect{Activations, Gates, Gradients, Lag, Shares}
			if name != "jordan" {
				aspects = append(aspects, Jacobian)
			}
			before := append([]float32(nil), m.weights.Data...)
			seen, err := m.Inspect(b, InspectOptions{Aspects: aspects})
			require.NoError(t, err)
			assert.Equal(t, before, m.weights.Data)

			forward, err := m.Forward(b)
			require.NoError(t, err)
			assert.Equal(t, forward.Outputs.Data, tensorNamed(t, seen.Activations, "outputs").Data)
			loss, gradients, initial, err := m.Gradients(b)
			require.NoError(t, err)
			assert.InDelta(t, loss, seen.Loss, 1e-7)
			checkShares(t, seen, gradients)
			if name != "jordan" {
				checkLastStates(t, b, seen, forward.State)
				checkFirstGradient(t, m, b, seen, initial)
			}
		})
	}
}

func reversed(name string) bool { return len(name) > len("h_l0") }

func checkLastStates(t *testing.T, b Batch, seen Inspected, last State) {
	for _, s := range last {
		h := tensorNamed(t, seen.Activations, s.Name)
		for i := range b.Batch {
			at := int(b.Lengths[i]) - 1
			if reversed(s.Name) { // its last state is that of step 0
				at = 0
			}
			width := h.Shape[2]
			assert.Equal(t, s.Data[i*width:(i+1)*width], h.vector(i, at), "%s of sequence %d", s.Name, i)
		}
	}
}

// checkShares holds the sums over time against the whole: shares are 1 in sum, and the sum of lengths is no shorter than the length of
// the sum.
func checkShares(t *testing.T, seen Inspected, gradients []Tensor) {
	for k, g := range gradients {
		assert.Equal(t, g.Name, seen.Shares[k].Name)
		var sum, sizes float64
		for i, s := range seen.Shares[k].Data {
			sum += float64(s)
			sizes += float64(seen.Norms[k].Data[i])
		}
		size := length(g.Data)
		if size == 0 {
			assert.Zero(t, sum, g.Name)
			continue
		}
		assert.InDelta(t, 1, sum, 1e-4, "shares of %s", g.Name)
		assert.GreaterOrEqual(t, sizes, size*(1-1e-5), "norms of %s", g.Name)
	}
}

// checkFirstGradient takes ∂L/∂s(1) through the first Jacobian to ∂L/∂s(0), which Gradients knows.
func checkFirstGradient(t *testing.T, m *Model, b Batch, seen Inspected, initial State) {
	for _, j := range seen.Jacobian {
		suffix, size := j.Name[1:], j.Shape[2]
		for i := range b.Batch {
			step := 0
			if reversed(j.Name) { // its first step is the sequence's last
				step = int(b.Lengths[i]) - 1
			}
			var ds, want []float32
			for _, kind := range []string{"h", "c"} {
				if g := initial.named(kind + suffix); g != nil {
					width := g.Shape[1]
					ds = append(ds, tensorNamed(t, seen.Gradients, kind+suffix).vector(i, step)...)
					want = append(want, g.Data[i*width:(i+1)*width]...)
				}
			}
			require.Len(t, ds, size)
			if initial.named("c"+suffix) != nil {
				removeThroughH(t, seen, suffix, i, step, ds)
			}
			for col := range size {
				var got float64
				for row := range size {
					got += float64(ds[row]) * float64(j.Data[((i*b.Steps+step)*size+row)*size+col])
				}
				assert.InDelta(t, want[col], got, 2e-6, "∂L/∂s(0)[%d]%s of sequence %d", col, suffix, i)
			}
		}
	}
}

// removeThroughH takes out of ∂L/∂c what came through h = o ⊙ tanh c of the same step: the Jacobian's rows of h bring it in again.
func removeThroughH(t *testing.T, seen Inspected, suffix string, i, step int, ds []float32) {
	o, c := tensorNamed(t, seen.Gates, "o"+suffix).vector(i, step), tensorNamed(t, seen.Activations, "c"+suffix).vector(i, step)
	for j := range o {
		squashed := math.Tanh(float64(c[j]))
		ds[len(o)+j] -= ds[j] * o[j] * float32(1-squashed*squashed)
	}
}

// TestJacobianIsTheDifferenceOfSteps holds every element against central differences of Step.
func TestJacobianIsTheDifferenceOfSteps(t *testing.T) {
	for _, l := range []Layer{{Cell: Elman, Hidden: 4}, {Cell: LSTM, Hidden: 3}, {Cell: GRU, Hidden: 4}, {Cell: GRU, Hidden: 3, ResetBefore: true},
		{Cell: LSTM, Hidden: 4, LayerNorm: true}} {
		m, err := New(Config{Input: Input{Tokens: 3}, Layers: []Layer{l}, Output: Output{Classes: 3}})
		require.NoError(t, err)
		seen, err := m.Inspect(Batch{Batch: 1, Steps: 3, Inputs: []int32{2, 0, 1}}, InspectOptions{Aspects: []Aspect{Jacobian}})
		require.NoError(t, err)
		_, state, err := m.Step(2, nil)
		require.NoError(t, err)
		size := seen.Jacobian[0].Shape[2]
		const delta = 1.0 / 1024
		for col := range size {
			moved := func(by float32) (flat []float32) {
				s := State{}
				for _, x := range state {
					s = append(s, Tensor{x.Name, x.Shape, append([]float32(nil), x.Data...)})
				}
				s[col/l.Hidden].Data[col%l.Hidden] += by
				_, next, err := m.Step(0, s)
				require.NoError(t, err)
				for _, x := range next {
					flat = append(flat, x.Data...)
				}
				return flat
			}
			up, down := moved(delta), moved(-delta)
			for row := range size {
				want := (float64(up[row]) - float64(down[row])) / (2 * delta)
				assert.InDelta(t, want, seen.Jacobian[0].Data[(size+row)*size+col], 2e-4, "%v element %d %d", l, row, col)
			}
		}
	}
}

// TestLagOfOneUnit is a network whose gradient over k steps is a product: of w (1 - h²).
func TestLagOfOneUnit(t *testing.T) {
	m, err := New(Config{Input: Input{Features: 1}, Layers: []Layer{{Cell: Elman, Hidden: 1}}, Output: Output{Values: 1}})
	require.NoError(t, err)
	b := Batch{Batch: 2, Steps: 6, Lengths: []int32{6, 4}, Features: make([]float32, 12), TargetValues: make([]float32, 12)}
	for i := range b.Features {
		b.Features[i], b.TargetValues[i] = float32(math.Sin(float64(i))), 1
	}
	seen, err := m.Inspect(b, InspectOptions{Aspects: []Aspect{Lag, Activations}, At: []int32{5, 2}})
	require.NoError(t, err)
	lag, x := tensorNamed(t, seen.Lag, "h_l0"), tensorNamed(t, seen.Lag, "x")
	assert.Equal(t, []int{2, 2, 6}, lag.Shape)
	h, o := tensorNamed(t, seen.Activations, "h_l0"), tensorNamed(t, seen.Activations, "outputs")
	w, u, v := m.weights.Named("rnn.weight_hh_l0")[0], m.weights.Named("rnn.weight_ih_l0")[0], m.weights.Named("head.weight")[0]
	for sequence, length := range []int{6, 4} {
		for turn, at := range []int{5, 2} {
			if at >= length {
				assert.Equal(t, make([]float32, 6), lag.vector(sequence, turn), "the step is not there")
				continue
			}
			d := math.Abs(2 * float64(v) * (float64(o.Data[sequence*6+at]) - 1))
			for k := range 6 {
				if k > at {
					assert.Zero(t, lag.vector(sequence, turn)[k])
					continue
				}
				slope := 1 - math.Pow(float64(h.Data[sequence*6+at-k]), 2)
				assert.InDelta(t, d, lag.vector(sequence, turn)[k], 1e-6, "sequence %d, step %d, lag %d", sequence, at, k)
				assert.InDelta(t, d*slope*math.Abs(float64(u)), x.vector(sequence, turn)[k], 1e-6)
				d *= math.Abs(float64(w)) * slope
			}
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	m, err := New(inspectCases()["rnn"])
	require.NoError(t, err)
	b := inspectBatch(m.config)
	untargeted := b
	untargeted.Targets = nil
	for _, c := range []struct {
		b    Batch
		o    InspectOptions
		want string
	}{
		{b, InspectOptions{}, "inspect: what is empty"},
		{b, InspectOptions{Aspects: []Aspect{"gate"}}, `inspect: "gate" is not an aspect`},
		{untargeted, InspectOptions{Aspects: []Aspect{Lag}}, "inspect: targets are missing"},
		{b, InspectOptions{Aspects: []Aspect{Gates}, At: []int32{0}}, `inspect: at goes with "lag" alone`},
		{b, InspectOptions{Aspects: []Aspect{Lag}, At: []int32{}}, "inspect: at is empty"},
		{b, InspectOptions{Aspects: []Aspect{Lag}, At: []int32{5}}, "inspect: at[0] is 5, want 0 … 4"},
		{Batch{Batch: 1, Steps: 1 << 25, Inputs: nil}, InspectOptions{Aspects: []Aspect{Jacobian}}, "inspect: the jacobians of 1 × 33554432 steps"},
	} {
		_, err := m.Inspect(c.b, c.o)
		assert.ErrorContains(t, err, c.want)
	}
	m, err = New(inspectCases()["jordan"])
	require.NoError(t, err)
	_, err = m.Inspect(inspectBatch(m.config), InspectOptions{Aspects: []Aspect{Jacobian}})
	assert.ErrorContains(t, err, "jacobian is of a hidden state")
}
