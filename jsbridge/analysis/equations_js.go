package analysis

import (
	"strconv"
	"syscall/js"

	"github.com/unfold-rnn/unfold/core/twin"
)

// equations takes a ModelConfig, its weights and one sequence, and answers what it counts in a batch: Σ w ℓ, Σ w, and of every parameter
// the gradient of Σ w ℓ. The engine has accepted all of it before; what it can do and these cannot is refused.
func equations(arguments []js.Value) answer {
	config, weights, sequence := arguments[0], arguments[1], arguments[2]
	forcing := sequence.Get("teacherForcing").Float()
	if forcing > 0 && forcing < 1 {
		return failure("UNSUPPORTED", "inspect: teacherForcing is "+strconv.FormatFloat(forcing, 'g', -1, 64)+
			", which leaves each step to chance; \"equations\" want 0 or 1")
	}
	c := describe(config)
	network := twin.New(c)
	if err := twin.SetWeights(network, tensorsOf(weights)); err != nil {
		return failure("SHAPE", "inspect: "+err.Error())
	}
	e := c.Example(sequenceOf(c, sequence, forcing == 1))
	loss, _ := network.ExampleGradients(e)
	var weight float64
	for _, w := range e.Weights {
		weight += w
	}
	gradients := js.Global().Get("Object").New()
	for _, p := range network.Parameters() {
		gradients.Set(p.Name, doubles(p.Gradient))
	}
	return answer{"loss": loss, "weight": weight, "gradients": gradients}
}

// describe reads a ModelConfig as it was given, defaults left out.
func describe(v js.Value) twin.Config {
	c := twin.Config{
		Tokens: count(v.Get("input").Get("tokens")), Features: count(v.Get("input").Get("features")), Embedding: count(v.Get("embedding")),
		ReadLast: word(v.Get("readout")) == "last", LearnedState: word(v.Get("initialState")) == "learned",
	}
	for _, kind := range []string{"classes", "values", "labels"} {
		if n := count(v.Get("output").Get(kind)); n > 0 {
			c.Output, c.Outputs = kind, n
		}
	}
	layers := v.Get("layers")
	for k := range layers.Length() {
		l := layers.Index(k)
		c.Layers = append(c.Layers, twin.Layer{
			Cell: word(l.Get("cell")), Hidden: count(l.Get("hidden")), Activation: word(l.Get("activation")), Recurrence: word(l.Get("recurrence")),
			ResetBefore: l.Get("resetAfter").Equal(js.ValueOf(false)), Bidirectional: l.Get("bidirectional").Truthy(), Merge: word(l.Get("merge")),
			LayerNorm: l.Get("layerNorm").Truthy(),
		})
	}
	return c
}

// sequenceOf reads { steps, inputs, targets, mask?, state? }. Arrays are rounded as the engine rounds what it is given.
func sequenceOf(c twin.Config, v js.Value, forced bool) twin.Sequence {
	s := twin.Sequence{Steps: v.Get("steps").Int(), Forced: forced}
	inputs, targets := singles(v.Get("inputs")), singles(v.Get("targets"))
	if c.Features > 0 {
		s.Features = inputs
	} else {
		s.Tokens = whole(inputs)
	}
	if c.Output == "classes" {
		s.Targets = whole(targets)
	} else {
		s.TargetValues = targets
	}
	if mask := v.Get("mask"); mask.Truthy() {
		s.Mask = singles(mask)
	}
	if state := v.Get("state"); state.Truthy() {
		s.State = tensorsOf(state)
	}
	return s
}

// tensorsOf gives the data of named tensors, nothing for a name that is not there.
func tensorsOf(v js.Value) func(name string) []float32 {
	return func(name string) []float32 {
		if tensor := v.Get(name); tensor.Truthy() {
			return singles(tensor.Get("data"))
		}
		return nil
	}
}

// singles copies a typed array of any element type.
func singles(v js.Value) []float32 { return floats(js.Global().Get("Float32Array").New(v)) }

func whole(values []float32) []int32 {
	ids := make([]int32, len(values))
	for i, v := range values {
		ids[i] = int32(v)
	}
	return ids
}

func count(v js.Value) int {
	if v.Type() != js.TypeNumber {
		return 0
	}
	return v.Int()
}

func word(v js.Value) string {
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}
