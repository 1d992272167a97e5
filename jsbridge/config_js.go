package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/optim"
)

// config reads a ModelConfig.
func config(v js.Value) (core.Config, error) { return configFor("createModel", v) }

func configFor(where string, v js.Value) (core.Config, error) {
	o := readOptions(where, "", v)
	var c core.Config
	input, output, list, writer := o.get("input"), o.get("output"), o.get("layers"), o.get("decoder")
	c.Embedding = o.integer("embedding", 1, 0)
	c.Readout = core.Readout(o.choice("readout", "every", []string{"every", "last"}))
	c.InitialState = core.InitialState(o.choice("initialState", "zeros", []string{"zeros", "learned"}))
	c.Seed = uint64(o.integer("seed", 0, 0))
	if o.has("loss") {
		c.Loss = o.choice("loss", "", []string{core.CTC})
	}
	o.known = append(o.known, "loss")
	if err := o.done(); err != nil {
		return c, err
	}
	in, err := oneOf(where, "input.", input, "tokens", "features")
	if err != nil {
		return c, err
	}
	c.Input = core.Input{Tokens: in[0], Features: in[1]}
	out, err := oneOf(where, "output.", output, "classes", "values", "labels")
	if err != nil {
		return c, err
	}
	c.Output = core.Output{Classes: out[0], Values: out[1], Labels: out[2]}
	if c.Layers, err = layers(where, "layers", list); err != nil {
		return c, err
	}
	c.Decoder, err = decoder(where, writer)
	return c, err
}

// oneOf reads an object of which exactly one field is given; the others are 0.
func oneOf(where, path string, v js.Value, names ...string) ([]int, error) {
	o := readOptions(where, path, v)
	values, given := make([]int, len(names)), 0
	for i, name := range names {
		values[i] = o.integer(name, 1, 0)
		if o.has(name) {
			given++
		}
	}
	if given != 1 {
		o.refuse(core.CodeConfig, "%s: %s has %d of %q, want exactly one", where, trimDot(path), given, names)
	}
	return values, o.done()
}

// layer reads a LayerConfig. Options of one cell are refused for the others, whatever their value.
func layer(where, path string, v js.Value) (core.Layer, error) {
	o := readOptions(where, path, v)
	l := core.Layer{Cell: core.Cell(o.choice("cell", "", []string{"rnn", "lstm", "gru"})), Hidden: o.required("hidden", 1)}
	for name, cell := range map[string]core.Cell{"activation": core.Elman, "recurrence": core.Elman, "resetAfter": core.GRU} {
		if o.has(name) && l.Cell != cell {
			o.known = append(o.known, name)
			o.fail(core.CodeConfig, name, "is an option of cell %q alone; this one is %q", string(cell), string(l.Cell))
		}
	}
	l.Activation = core.Activation(o.choice("activation", "tanh", []string{"tanh", "relu"}))
	l.Recurrence = core.Recurrence(o.choice("recurrence", "hidden", []string{"hidden", "output"}))
	l.ResetBefore = !o.boolean("resetAfter", true)
	l.Bidirectional = o.boolean("bidirectional", false)
	if o.has("merge") && !l.Bidirectional {
		o.known = append(o.known, "merge")
		o.fail(core.CodeConfig, "merge", "joins the directions of a bidirectional layer; this one is not")
	}
	l.Merge = cell.Merge(o.choice("merge", "concat", []string{"concat", "sum", "average", "multiply"}))
	l.Dropout = o.number("dropout", 0)
	l.LayerNorm = o.boolean("layerNorm", false)
	l.Init = core.Init(o.choice("init", "pytorch", []string{"pytorch", "keras", "orthogonal"}))
	return l, o.done()
}

// optimizer reads OptimizerOptions; undefined gives the fallback.
func optimizer(where string, v js.Value, fallback optim.Options) (optim.Options, error) {
	if v.IsUndefined() {
		return fallback, nil
	}
	o := readOptions(where, "optimizer.", v)
	name := o.choice("name", "", optim.Names())
	s, _ := optim.Defaults(name)
	s.LearningRate = o.number("learningRate", s.LearningRate)
	s.ClipNorm = o.number("clipNorm", 0)
	s.ClipValue = o.number("clipValue", 0)
	for _, field := range []struct {
		name  string
		value *float64
	}{
		{"weightDecay", &s.WeightDecay}, {"beta1", &s.Beta1}, {"beta2", &s.Beta2}, {"epsilon", &s.Epsilon},
		{"momentum", &s.Momentum}, {"alpha", &s.Alpha},
	} {
		if o.has(field.name) && !contains(optim.Fields(name), field.name) {
			o.fail(core.CodeConfig, field.name, "is not an option of %q", name)
		}
		*field.value = o.number(field.name, *field.value)
	}
	plan := o.get("schedule")
	if err := o.done(); err != nil {
		return s, err
	}
	var err error
	s.Schedule, err = schedule(where, plan)
	return s, err
}

// schedule reads { name, … }; the parameters that a schedule does not have are refused.
func schedule(where string, v js.Value) (optim.Schedule, error) {
	if v.IsUndefined() {
		return optim.Schedule{}, nil
	}
	o := readOptions(where, "optimizer.schedule.", v)
	name := o.choice("name", "", optim.Schedules())
	s, _ := optim.ScheduleDefaults(name)
	switch name {
	case "step":
		s.Every, s.Gamma = o.integer("every", 1, s.Every), o.number("gamma", s.Gamma)
	case "exponential":
		s.Gamma = o.number("gamma", s.Gamma)
	case "cosine":
		s.Steps, s.Floor = o.integer("steps", 1, s.Steps), o.number("floor", s.Floor)
	case "warmup":
		s.Steps, s.Start = o.integer("steps", 1, s.Steps), o.number("start", s.Start)
	case "plateau":
		s.Factor, s.Patience = o.number("factor", s.Factor), o.integer("patience", 0, s.Patience)
		s.Threshold, s.Cooldown = o.number("threshold", s.Threshold), o.integer("cooldown", 0, s.Cooldown)
		s.Floor = o.number("floor", s.Floor)
	}
	return s, o.done()
}

// batch reads a Batch for a model of this config.
func batch(where string, v js.Value, c core.Config) (core.Batch, error) {
	o := readOptions(where, "batch.", v)
	inputs, targets, extents := o.get("inputs"), o.get("targets"), o.get("shape")
	lengths, mask, state := o.get("lengths"), o.get("mask"), o.get("state")
	targetLengths := o.get("targetLengths")
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
	if c.Input.Tokens > 0 {
		b.Inputs, err = ids(where, "inputs", inputs)
	} else {
		b.Features, err = floats(where, "inputs", inputs)
	}
	if err != nil {
		return b, err
	}
	if !targets.IsUndefined() {
		if c.Output.Classes > 0 {
			b.Targets, err = ids(where, "targets", targets)
		} else {
			b.TargetValues, err = floats(where, "targets", targets)
		}
	}
	if err == nil && !lengths.IsUndefined() {
		b.Lengths, err = ids(where, "lengths", lengths)
	}
	if err == nil && !targetLengths.IsUndefined() {
		b.TargetLengths, err = ids(where, "targetLengths", targetLengths)
	}
	if err == nil && !mask.IsUndefined() {
		b.Mask, err = floats(where, "mask", mask)
	}
	if err != nil {
		return b, err
	}
	b.State, err = stateIn(where, state)
	return b, err
}

// recompute reads the length of a segment: true stands for about √steps, false and absent for none.
func (o *options) recompute() int {
	if v := o.value.Get("recompute"); v.Type() != js.TypeBoolean {
		return o.integer("recompute", 1, 0)
	}
	if o.boolean("recompute", false) {
		return core.AutoRecompute
	}
	return 0
}

// passOptions reads { teacherForcing, recompute } into a batch.
func passOptions(where string, v js.Value, b *core.Batch) error {
	if v.IsUndefined() {
		return nil
	}
	o := readOptions(where, "", v)
	if o.has("teacherForcing") {
		p := o.number("teacherForcing", 1)
		b.TeacherForcing = &p
	}
	o.known = append(o.known, "teacherForcing")
	b.Recompute = o.recompute()
	return o.done()
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
		Batch: o.required("batch", 1), Steps: o.integer("steps", 1, 0),
		Stateful: o.boolean("stateful", true), Stride: o.integer("stride", 1, 0), Recompute: o.recompute(),
	}
	if o.has("teacherForcing") {
		p := o.number("teacherForcing", 1)
		t.TeacherForcing = &p
	}
	stopping := o.get("earlyStopping")
	if !o.has("epochs") && !o.has("iterations") {
		t.Epochs = 1
	} else {
		t.Epochs = o.count("epochs")
	}
	t.Iterations = o.count("iterations")
	optimizerOptions, validation := o.get("optimizer"), o.get("validation")
	o.known = append(o.known, "iterations", "epochs", "teacherForcing")
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
	if t.Validation, err = validationOptions(where, validation); err != nil || stopping.IsUndefined() {
		return t, err
	}
	e := readOptions(where, "earlyStopping.", stopping)
	t.EarlyStopping = core.EarlyStopping{Patience: e.required("patience", 1), MinDelta: e.number("minDelta", 0)}
	return t, e.done()
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
	if g.TopK = o.integer("topK", 1, 0); o.has("topP") {
		if g.TopP = o.number("topP", 1); g.TopP == 0 {
			o.fail(core.CodeRange, "topP", "is 0, want a number in (0, 1]")
		}
	}
	o.known = append(o.known, "topP")
	g.MinP = o.number("minP", 0)
	if o.has("repetitionPenalty") {
		// The engine takes 0 for none.
		if g.RepetitionPenalty = o.number("repetitionPenalty", 1); g.RepetitionPenalty == 0 {
			o.fail(core.CodeRange, "repetitionPenalty", "is 0, want 1 or more")
		}
	}
	o.known = append(o.known, "repetitionPenalty")
	stop := o.get("stop")
	if err := o.done(); err != nil {
		return g, err
	}
	var err error
	if !prompt.IsUndefined() {
		if g.Prompt, err = ids(where, "prompt", prompt); err != nil {
			return g, err
		}
	}
	if !stop.IsUndefined() {
		if g.Stop, err = ids(where, "stop", stop); err != nil {
			return g, err
		}
	}
	g.State, err = stateIn(where, state)
	return g, err
}
