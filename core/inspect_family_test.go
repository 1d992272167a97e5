package core

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/reference"
)

// TestInspectAgreesWithTheEquations holds what inspect shows against core/reference, over the whole family.
func TestInspectAgreesWithTheEquations(t *testing.T) {
	for _, c := range familyCases() {
		t.Run(c.name, func(t *testing.T) {
			f := newFamily(t, c)
			f.spoil(t)
			whole, err := f.model.Forward(f.batch)
			require.NoError(t, err)
			loss, views, _, err := f.model.Gradients(f.batch)
			require.NoError(t, err)
			var gradients []Tensor
			for _, g := range views {
				gradients = append(gradients, Tensor{g.Name, g.Shape, slices.Clone(g.Data)})
			}
			f.spoil(t)
			seen, err := f.model.Inspect(f.batch, InspectOptions{Aspects: []Aspect{Activations, Gradients, Shares, Lag}})
			require.NoError(t, err)
			assert.Equal(t, whole.Outputs.Data, tensorNamed(t, seen.Activations, "outputs").Data)
			assert.InDelta(t, loss, seen.Loss, 1e-7)
			checkShares(t, seen, gradients)
			f.agreeOnInputs(t, seen)
			f.agreeOnLogits(t, seen)
			if c.config.Readout != Last {
				f.agreeOnLag(t)
			}
		})
	}
}

// spoil leaves numbers in the workspace wherever the batch has none.
func (f family) spoil(t *testing.T) {
	whole := f.batch
	whole.Lengths = nil
	_, _, _, err := f.model.Gradients(whole)
	require.NoError(t, err)
}

// agreeOnInputs compares ∂L/∂x(t), of tokens that of their one-hot vectors.
func (f family) agreeOnInputs(t *testing.T, seen Inspected) {
	x := tensorNamed(t, seen.Gradients, "x")
	if f.model.config.Embedding > 0 { // the reference's ends at the embedding's parameters
		return
	}
	var got, want []float64
	for i, n := range f.batch.Lengths {
		f.twin.ZeroGradients()
		_, d := f.twin.ExampleGradients(f.example(i))
		for s := range f.batch.Steps {
			row := x.vector(i, s)
			if s >= int(n) {
				assert.Equal(t, make([]float32, len(row)), row)
				continue
			}
			for j, v := range row {
				got, want = append(got, float64(v)), append(want, d.Inputs[s].AtVec(j))
			}
		}
	}
	requireNear(t, want, got, "x")
}

// agreeOnLogits compares ∂L/∂o(t): its sum over all steps is the gradient of the readout's bias.
func (f family) agreeOnLogits(t *testing.T, seen Inspected) {
	width := f.model.config.Output.width()
	sum := make([]float64, width)
	for i, v := range tensorNamed(t, seen.Gradients, "logits").Data {
		sum[i%width] += float64(v)
	}
	var want []float64
	f.twin.ZeroGradients()
	for i := range f.batch.Lengths {
		f.twin.ExampleGradients(f.example(i))
	}
	for _, p := range f.twin.Parameters() {
		if p.Name == "head.bias" {
			want = p.Gradient
		}
	}
	requireNear(t, want, sum, "logits")
}

// agreeOnLag compares the norms of ∂L(t)/∂x, L(t) being the loss of a step alone: of the last that the mask counts, and of step 2.
func (f family) agreeOnLag(t *testing.T) {
	if f.model.config.Embedding > 0 {
		return
	}
	both := f.model.config.Layers[0].Bidirectional
	for _, at := range [][]int32{nil, {2}} {
		f.spoil(t)
		seen, err := f.model.Inspect(f.batch, InspectOptions{Aspects: []Aspect{Lag}, At: at})
		require.NoError(t, err)
		var got, want []float64
		for i := range f.batch.Lengths {
			e, step := f.stepAlone(i, at)
			f.twin.ZeroGradients()
			_, d := f.twin.ExampleGradients(e)
			for k := range f.batch.Steps {
				norm := func(s int) float64 {
					if step < 0 || s < 0 || s >= len(d.Inputs) {
						return 0
					}
					return norm64(d.Inputs[s].RawVector().Data)
				}
				got = append(got, float64(tensorNamed(t, seen.Lag, "x").vector(i, 0)[k]))
				want = append(want, norm(step-k))
				if both {
					got = append(got, float64(tensorNamed(t, seen.Lag, "x_ahead").vector(i, 0)[k]))
					want = append(want, norm(step+k))
				}
			}
		}
		requireNear(t, want, got, "lag of x")
	}
}

// stepAlone is a sequence whose loss is that of one step with weight 1; -1 where it has none.
func (f family) stepAlone(i int, at []int32) (reference.Example, int) {
	e, n := f.example(i), int(f.batch.Lengths[i])
	counts := func(s int) bool { return s < n && f.batch.Mask[i*f.batch.Steps+s] > 0 }
	step := n - 1
	if at != nil {
		step = int(at[0])
		if !counts(step) {
			step = -1
		}
	}
	for step >= 0 && !counts(step) {
		step--
	}
	for s := range e.Weights {
		e.Weights[s] = 0
		if s == step {
			e.Weights[s] = 1
		}
	}
	return e, step
}

func norm64(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// requireNear wants all elements within 1e-4 of the largest.
func requireNear(t *testing.T, want, got []float64, name string) {
	t.Helper()
	require.Len(t, got, len(want), name)
	var largest float64
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	require.Positive(t, largest, "%s judges nothing", name)
	for i := range want {
		require.InDelta(t, want[i], got[i], 1e-4*largest, "%s, element %d", name, i)
	}
}
