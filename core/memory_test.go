// The sizes are the same under wasm: running this again there would judge nothing new.

//go:build !js

package core

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/optim"
)

// held counts the bytes of numbers that can be reached from some values: the union of the memory behind all slices, as
// views overlap.
func held(roots ...any) (bytes int) {
	var spans [][2]uintptr
	seen := map[uintptr]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() && !seen[v.Pointer()] {
				seen[v.Pointer()] = true
				walk(v.Elem())
			}
		case reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Slice:
			switch size := v.Type().Elem().Size(); v.Type().Elem().Kind() {
			case reflect.Float32, reflect.Int32, reflect.Bool:
				if v.Cap() > 0 {
					spans = append(spans, [2]uintptr{v.Pointer(), v.Pointer() + uintptr(v.Cap())*size})
				}
			case reflect.Int: // lengths and counts: a few bytes a step, whatever the layers
			default:
				for i := range v.Len() {
					walk(v.Index(i))
				}
			}
		}
	}
	for _, root := range roots {
		walk(reflect.ValueOf(root))
	}
	slices.SortFunc(spans, func(a, b [2]uintptr) int { return int(a[0]) - int(b[0]) })
	var end uintptr
	for _, s := range spans {
		if s[1] > end {
			bytes += int(s[1] - max(s[0], end))
			end = s[1]
		}
	}
	return bytes
}

type memoryCase struct {
	config Config
	run    RunSize
}

func memoryCases() (cases []memoryCase) {
	layers := [][]Layer{
		{{Cell: Elman, Hidden: 40}}, {{Cell: LSTM, Hidden: 33}}, {{Cell: GRU, Hidden: 24}}, {{Cell: GRU, Hidden: 24, ResetBefore: true}},
		{{Cell: LSTM, Hidden: 24, LayerNorm: true}}, {{Cell: GRU, Hidden: 24, LayerNorm: true}}, {{Cell: GRU, Hidden: 24, LayerNorm: true, ResetBefore: true}},
		{{Cell: LSTM, Hidden: 32}, {Cell: LSTM, Hidden: 32}}, {{Cell: GRU, Hidden: 16, Dropout: 0.2}, {Cell: Elman, Hidden: 48, Dropout: 0.1}},
		{{Cell: LSTM, Hidden: 20, Bidirectional: true}}, {{Cell: GRU, Hidden: 20, Bidirectional: true, Merge: cell.Sum}, {Cell: LSTM, Hidden: 12, Bidirectional: true}},
		{{Cell: Elman, Hidden: 30, Recurrence: FromOutput}},
	}
	inputs := []struct {
		input     Input
		embedding int
	}{{tokensIn(40), 0}, {tokensIn(40), 16}, {featuresIn(12), 0}}
	for i, stack := range layers {
		for j, in := range inputs {
			for _, run := range []RunSize{{Batch: 4, Steps: 16}, {Batch: 8, Steps: 300}, {Batch: 2, Steps: 600, Recompute: AutoRecompute}} {
				c := Config{Input: in.input, Embedding: in.embedding, Layers: stack, Output: []Output{{Classes: 40}, {Values: 3}, {Labels: 9}}[(i+j)%3]}
				if j == 1 && !c.withDefaults().jordan() {
					c.Readout, c.InitialState = Last, LearnedState
				}
				run.Optimizer = optim.Names()[(i+j)%len(optim.Names())]
				if c.withDefaults().checkRecompute("", run.Recompute) == nil {
					cases = append(cases, memoryCase{c, run})
				}
			}
		}
	}
	return cases
}

func TestTheEstimateIsWhatIsReallyHeld(t *testing.T) {
	for _, c := range memoryCases() {
		t.Run(fmt.Sprintf("%v %v %+v", c.config.Input, c.config.Layers, c.run), func(t *testing.T) {
			want, err := c.config.Memory(c.run)
			require.NoError(t, err)
			m, err := New(c.config)
			require.NoError(t, err)
			b := Batch{Batch: c.run.Batch, Steps: c.run.Steps, Recompute: c.run.Recompute}
			n := b.Batch * b.Steps
			if c.config.Input.Tokens > 0 {
				b.Inputs = cycle(n, c.config.Input.Tokens)
			} else {
				b.Features = make([]float32, n*c.config.Input.Features)
			}
			answers := b.Batch * m.answers(b.Steps)
			if c.config.Output.Classes > 0 {
				b.Targets = cycle(answers, c.config.Output.Classes)
			} else {
				b.TargetValues = make([]float32, answers*c.config.Output.width())
			}
			if m.config.jordan() {
				half := 0.5
				b.TeacherForcing = &half
			}
			o, _ := optim.Defaults(c.run.Optimizer)
			_, err = m.TrainStep(b, o)
			require.NoError(t, err)
			var kept snapshot
			kept.take(m)
			var state carried
			m.keep(&state)

			got := held(m, &kept, &state)
			tolerance := 0.05
			if m.config.jordan() { // the estimate has room for teacher forcing, which multiplies all steps at once
				tolerance = 0.12
			}
			off := float64(want.TotalBytes)/float64(got) - 1
			if !(math.Abs(off) <= tolerance) {
				t.Errorf("estimated %+v, held %d bytes: %+.1f %%", want, got, 100*off)
			}
			assert.Equal(t, want.Parameters, len(m.weights.Data))
		})
	}
}

func TestWhatCannotFitIsRefusedWithTheSegmentThatWould(t *testing.T) {
	m := newModel(t, LSTM, 5, 64)
	b := Batch{Batch: 64, Steps: 1 << 16}
	b.Inputs, b.Targets = make([]int32, b.Batch*b.Steps), make([]int32, b.Batch*b.Steps)
	need, err := m.Config().Memory(RunSize{Batch: b.Batch, Steps: b.Steps})
	require.NoError(t, err)
	assert.False(t, need.Fits)
	var before, after int
	before = held(m)
	wantError(t, m, CodeMemory, "batch 64 × steps 65536 needs "+megabytes(need.TotalBytes)+" with this model, at most 3222 MB can be had; recompute ", func() error {
		_, err := m.TrainStep(b, adamOptions(0.1))
		return err
	})
	after = held(m)
	assert.Equal(t, before, after, "nothing was allocated")
	var segment, megabytes int
	_, err = fmt.Sscanf(err2text(m.checkMemory("", RunSize{Batch: b.Batch, Steps: b.Steps})), "recompute %d would need %d MB", &segment, &megabytes)
	require.NoError(t, err)
	cut, err := m.Config().Memory(RunSize{Batch: b.Batch, Steps: b.Steps, Recompute: segment})
	require.NoError(t, err)
	assert.True(t, cut.Fits)
	assert.InDelta(t, cut.TotalBytes/1e6, megabytes, 1.5)
}

// err2text is the advice of a refusal.
func err2text(err error) string {
	const mark = "can be had; "
	text := err.Error()
	for i := range text {
		if len(text)-i > len(mark) && text[i:i+len(mark)] == mark {
			return text[i+len(mark):]
		}
	}
	return ""
}

// The figures of docs/decisions/0010: what recomputation saves at 4,096 steps.
func TestRecomputationSavesMemory(t *testing.T) {
	bytes := func(segment int) int {
		m := newModel(t, LSTM, 32, 64)
		b := Batch{Inputs: cycle(4*4096, 32), Targets: cycle(4*4096, 32), Batch: 4, Steps: 4096, Recompute: segment}
		before := held(m)
		_, _, _, err := m.Gradients(b)
		require.NoError(t, err)
		return held(m) - before
	}
	whole, cut := bytes(0), bytes(AutoRecompute)
	t.Logf("workspace at T = 4096: %d bytes, cut in segments of 64: %d bytes (1/%.1f)", whole, cut, float64(whole)/float64(cut))
	assert.Less(t, 15*cut, whole)
}
