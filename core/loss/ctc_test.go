package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/reference"
)

// ctcCase is B sequences, time-major, with what the float64 equations make of each.
type ctcCase struct {
	logits  []float32
	labels  [][]int32
	steps   []int
	classes int
	losses  []float64
	do      []reference.Sequence
}

// newCTCCase draws labellings with many repeats, of which those that do not fit are kept when infeasible is true.
func newCTCCase(draw *rand.Rand, batch, longest, classes int, spread float64, infeasible bool) ctcCase {
	c := ctcCase{classes: classes, logits: make([]float32, longest*batch*classes)}
	for i := range c.logits {
		c.logits[i] = float32(spread * draw.NormFloat64())
	}
	for b := range batch {
		steps := draw.IntN(longest + 1)
		labels := make([]int32, draw.IntN(longest+1))
		for {
			for i := range labels {
				labels[i] = 1 + draw.Int32N(int32(classes-1))
			}
			if infeasible || Steps(labels) <= steps {
				break
			}
			labels = labels[:len(labels)-1]
		}
		var o reference.Sequence
		for t := range steps {
			v := mat.NewVecDense(classes, nil)
			for k := range classes {
				v.SetVec(k, float64(c.logits[(t*batch+b)*classes+k]))
			}
			o = append(o, v)
		}
		wide := make([]int, len(labels))
		for i, label := range labels {
			wide[i] = int(label)
		}
		loss, do := reference.CTC(o, wide, Blank)
		c.labels, c.steps = append(c.labels, labels), append(c.steps, steps)
		c.losses, c.do = append(c.losses, loss), append(c.do, do)
	}
	return c
}

func TestCTCAgreesWithTheEquations(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	var loss CTC
	for i := range 300 {
		spread := []float64{0.1, 2, 40}[i%3]
		c := newCTCCase(draw, 1+i%4, 1+i%13, 2+i%5, spread, i%7 == 0)
		do := append([]float32(nil), c.logits...)
		weights := make([]float32, len(c.labels))
		var want float64
		for b := range weights {
			weights[b] = 0.5 + 0.25*float32(b)
			want += float64(weights[b]) * c.losses[b]
		}
		got := loss.Gradient(do, Targets{Labels: c.labels, Steps: c.steps}, weights, c.classes)
		if math.IsInf(want, 1) {
			assert.Equal(t, want, got)
		} else {
			assert.InDelta(t, want, got, 1e-6*(1+want), "%v of %v steps", c.labels, c.steps)
		}
		for b, w := range weights {
			for s := range len(do) / len(weights) / c.classes {
				row := do[(s*len(weights)+b)*c.classes:][:c.classes]
				if s >= c.steps[b] {
					assert.Equal(t, make([]float32, c.classes), row, "past the end")
					continue
				}
				for k, d := range row {
					assert.InDelta(t, float64(w)*c.do[b][s].AtVec(k), float64(d), 1e-5, "case %d, %v at step %d of %d", i, c.labels[b], s, c.steps[b])
				}
			}
		}
	}
}

func TestCTCOfAWeightOfZeroIsNotLookedAt(t *testing.T) {
	logits := []float32{float32(math.NaN()), 1, 0.5, -0.5}
	var loss CTC
	got := loss.Gradient(logits, Targets{Labels: [][]int32{{1, 1, 1}, {1}}, Steps: []int{1, 1}}, []float32{0, 2}, 2)
	y := 1 / (1 + math.Exp(1))
	assert.InDelta(t, -2*math.Log(y), got, 1e-6)
	assert.InDeltaSlice(t, []float64{0, 0, 2 * (1 - y), 2 * (y - 1)}, []float64{float64(logits[0]), float64(logits[1]), float64(logits[2]), float64(logits[3])}, 1e-6)
}

func TestCTCOfNaNIsNaN(t *testing.T) {
	logits := []float32{0, 0, float32(math.NaN()), 0}
	var loss CTC
	assert.True(t, math.IsNaN(loss.Gradient(logits, Targets{Labels: [][]int32{{1}}, Steps: []int{2}}, []float32{1}, 2)))
	assert.True(t, math.IsNaN(float64(logits[0])))
}

// Thirty labels at e⁻⁴⁰ each are far below what a product of float64 probabilities could hold.
func TestCTCOfHopelessOutputsStaysFinite(t *testing.T) {
	const steps = 60
	logits := make([]float32, steps*2)
	for s := range steps {
		logits[s*2] = 40
	}
	labels := make([]int32, 30)
	for i := range labels {
		labels[i] = 1
	}
	do := append([]float32(nil), logits...)
	var loss CTC
	got := loss.Gradient(do, Targets{Labels: [][]int32{labels}, Steps: []int{steps}}, []float32{1}, 2)
	assert.InDelta(t, 30*40-math.Log(31), got, 1e-3, "30 single labels with a blank between each, and one blank to spare")
	assert.InDelta(t, 0, float64(do[0]+do[1]), 1e-6)
}

func TestLogProbabilityIsTheLossOfALabelling(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	var loss CTC
	var d Distributions
	for range 50 {
		c := newCTCCase(draw, 3, 9, 4, 2, false)
		for b, labels := range c.labels {
			d.Read(c.logits[b*c.classes:], 3*c.classes, c.steps[b], c.classes)
			assert.InDelta(t, -c.losses[b], loss.LogProbability(&d, labels), 1e-5)
			for s := range c.steps[b] {
				var total float64
				for k := range c.classes {
					total += math.Exp(d.Log(s, int32(k)))
				}
				assert.InDelta(t, 1, total, 1e-6)
			}
		}
	}
}

func TestStepsThatALabellingNeeds(t *testing.T) {
	for _, c := range []struct {
		labels []int32
		want   int
	}{{nil, 0}, {[]int32{3}, 1}, {[]int32{3, 1}, 2}, {[]int32{3, 3}, 3}, {[]int32{3, 1, 1, 1}, 6}} {
		assert.Equal(t, c.want, Steps(c.labels), "%v", c.labels)
	}
}

func TestCTCAllocatesNothingOnceGrown(t *testing.T) {
	c := newCTCCase(rand.New(rand.NewPCG(5, 6)), 4, 20, 6, 1, false)
	do, weights := make([]float32, len(c.logits)), []float32{1, 1, 1, 1}
	var loss CTC
	step := func() {
		copy(do, c.logits)
		loss.Gradient(do, Targets{Labels: c.labels, Steps: c.steps}, weights, c.classes)
	}
	step()
	require.Zero(t, testing.AllocsPerRun(20, step))
}

func BenchmarkCTC(b *testing.B) {
	const batch, steps, classes = 32, 100, 30
	draw := rand.New(rand.NewPCG(7, 8))
	logits := make([]float32, steps*batch*classes)
	for i := range logits {
		logits[i] = float32(draw.NormFloat64())
	}
	targets, weights := Targets{}, make([]float32, batch)
	for i := range weights {
		labels := make([]int32, 20)
		for l := range labels {
			labels[l] = 1 + draw.Int32N(classes-1)
		}
		targets.Labels, targets.Steps, weights[i] = append(targets.Labels, labels), append(targets.Steps, steps), 1
	}
	do := make([]float32, len(logits))
	var loss CTC
	for b.Loop() {
		copy(do, logits)
		loss.Gradient(do, targets, weights, classes)
	}
}
