package jsbridge

import (
	"strconv"
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/optim"
)

// config reads a ModelConfig.
func config(v js.Value) (core.Config, error) {
	const where = "createModel"
	o := readOptions(where, "", v)
	var c core.Config
	var err error
	input, output, layers := o.get("input"), o.get("output"), o.get("layers")
	o.unsupported("embedding")
	o.choice("readout", "every", []string{"every"}, "last")
	c.Seed = uint64(o.integer("seed", 0, 0))
	if err := o.done(); err != nil {
		return c, err
	}
	if c.Input.Tokens, err = oneOf(where, "input.", input, "tokens", "features"); err != nil {
		return c, err
	}
	if c.Output.Classes, err = oneOf(where, "output.", output, "classes", "values", "labels"); err != nil {
		return c, err
	}
	if !js.Global().Get("Array").Call("isArray", layers).Bool() {
		return c, core.Errorf(core.CodeConfig, "%s: layers is %s, want an array of layers", where, describe(layers))
	}
	for k := range layers.Length() {
		l, err := layer(where, "layers["+strconv.Itoa(k)+"].", layers.Index(k))
		if err != nil {
			return c, err
		}
		c.Layers = append(c.Layers, l)
	}
	return c, nil
}

// oneOf reads an object of which exactly one field is given; only the first works yet.
func oneOf(where, path string, v js.Value, works string, later ...string) (int, error) {
	o := readOptions(where, path, v)
	given := 0
	for _, name := range append([]string{works}, later...) {
		if o.has(name) {
			given++
		}
	}
	n := 0
	if given > 1 {
		o.fail(core.CodeConfig, "", "has %d fields, want exactly one of %q", given, append([]string{works}, later...))
	}
	o.unsupported(later...)
	if o.err == nil {
		n = o.required(works, 1)
	} else {
		o.known = append(o.known, works)
	}
	return n, o.done()
}

func layer(where, path string, v js.Value) (core.Layer, error) {
	o := readOptions(where, path, v)
	l := core.Layer{Cell: core.Cell(o.choice("cell", "", []string{"rnn", "lstm"}, "gru")), Hidden: o.required("hidden", 1)}
	if o.has("activation") && l.Cell != core.Elman {
		o.get("activation")
		o.fail(core.CodeConfig, "activation", "is an option of cell \"rnn\" alone; this one is %q", string(l.Cell))
	}
	o.choice("activation", "tanh", []string{"tanh"}, "relu")
	o.choice("recurrence", "hidden", []string{"hidden"}, "output")
	o.choice("init", "pytorch", []string{"pytorch"}, "keras", "orthogonal")
	o.unsupported("resetAfter", "merge")
	o.neutral("bidirectional", js.ValueOf(false))
	o.neutral("dropout", js.ValueOf(0))
	o.neutral("layerNorm", js.ValueOf(false))
	return l, o.done()
}

// laterRules are the optimisers that the interface names and the engine does not have yet.
var laterRules = []string{"sgd", "momentum", "nesterov", "rmsprop", "adamw"}

// optimizer reads OptimizerOptions; undefined gives the fallback.
func optimizer(where string, v js.Value, fallback optim.Options) (optim.Options, error) {
	if v.IsUndefined() {
		return fallback, nil
	}
	o := readOptions(where, "optimizer.", v)
	name := o.choice("name", "", optim.Names(), laterRules...)
	s, ok := optim.Defaults(name)
	if !ok {
		s.Name = name
	}
	s.LearningRate = o.number("learningRate", s.LearningRate)
	s.Epsilon = o.number("epsilon", s.Epsilon)
	s.WeightDecay = o.number("weightDecay", 0)
	s.ClipNorm = o.number("clipNorm", 0)
	if name == "adam" {
		s.Beta1 = o.number("beta1", s.Beta1)
		s.Beta2 = o.number("beta2", s.Beta2)
	} else {
		for _, other := range []string{"beta1", "beta2"} {
			if !o.get(other).IsUndefined() {
				o.fail(core.CodeConfig, other, "is not an option of %q", name)
			}
		}
	}
	o.unsupported("schedule", "clipValue")
	return s, o.done()
}

// batch reads a Batch.
func batch(where string, v js.Value) (core.Batch, error) {
	o := readOptions(where, "batch.", v)
	inputs, targets, extents, state := o.get("inputs"), o.get("targets"), o.get("shape"), o.get("state")
	o.unsupported("lengths", "mask")
	if err := o.done(); err != nil {
		return core.Batch{}, err
	}
	var b core.Batch
	s, err := shape(where, "shape", extents)
	if err != nil {
		return b, err
	}
	if len(s) != 2 {
		return b, core.Errorf(core.CodeShape, "%s: shape has %d extents, want [batch, steps]", where, len(s))
	}
	b.Batch, b.Steps = s[0], s[1]
	if b.Inputs, err = ids(where, "inputs", inputs); err != nil {
		return b, err
	}
	if !targets.IsUndefined() {
		if b.Targets, err = ids(where, "targets", targets); err != nil {
			return b, err
		}
	}
	b.State, err = stateIn(where, state)
	return b, err
}

func stateIn(where string, v js.Value) (core.State, error) {
	if v.IsUndefined() {
		return nil, nil
	}
	list, err := tensorsIn(where, "state", v)
	return core.State(list), err
}

// trainingOptions reads TrainOptions without what stays with the host (signal, sliceMs).
func trainingOptions(v js.Value) (core.TrainingOptions, error) {
	const where = "train"
	o := readOptions(where, "", v)
	t := core.TrainingOptions{
		Batch: o.required("batch", 1), Steps: o.required("steps", 1),
		Stateful: o.boolean("stateful", true),
	}
	if !o.has("epochs") && !o.has("iterations") {
		t.Epochs = 1
	} else {
		t.Epochs = o.count("epochs")
	}
	t.Iterations = o.count("iterations")
	optimizerOptions, validation := o.get("optimizer"), o.get("validation")
	o.unsupported("earlyStopping")
	o.known = append(o.known, "iterations", "epochs")
	if err := o.done(); err != nil {
		return t, err
	}
	if optimizerOptions.IsUndefined() {
		return t, core.Errorf(core.CodeConfig, "%s: optimizer is missing, want { name, learningRate, … }", where)
	}
	var err error
	if t.Optimizer, err = optimizer(where, optimizerOptions, optim.Options{}); err != nil {
		return t, err
	}
	t.Validation, err = validationOptions(where, validation)
	return t, err
}

// defaultValidation judges up to 16,384 held-out tokens every 50 steps.
var defaultValidation = core.Validation{Every: 50, Tokens: 1 << 14}

func validationOptions(where string, v js.Value) (core.Validation, error) {
	switch {
	case v.IsUndefined():
		return defaultValidation, nil
	case v.Type() == js.TypeBoolean && v.Bool():
		return defaultValidation, nil
	case v.Type() == js.TypeBoolean:
		return core.Validation{}, nil
	}
	o := readOptions(where, "validation.", v)
	w := core.Validation{
		Every:  o.integer("every", 1, defaultValidation.Every),
		Tokens: o.integer("tokens", 1, defaultValidation.Tokens),
	}
	return w, o.done()
}

// generateOptions reads what generate takes; the host has turned texts into ids.
func generateOptions(v js.Value) (core.GenerateOptions, error) {
	const where = "generate"
	o := readOptions(where, "", v)
	prompt, state := o.get("prompt"), o.get("state")
	g := core.GenerateOptions{Length: o.required("length", 0), Temperature: o.number("temperature", 1)}
	if o.has("seed") {
		seed := uint64(o.integer("seed", 0, 0))
		g.Seed = &seed
	}
	o.known = append(o.known, "seed")
	o.unsupported("topK", "topP")
	if err := o.done(); err != nil {
		return g, err
	}
	var err error
	if !prompt.IsUndefined() {
		if g.Prompt, err = ids(where, "prompt", prompt); err != nil {
			return g, err
		}
	}
	g.State, err = stateIn(where, state)
	return g, err
}
