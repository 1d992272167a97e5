package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

// end closes the run that is training the model, if any.
func (e *entry) end() {
	if e.training != nil {
		e.training.End()
		e.training = nil
	}
}

func (e *entry) run(where string) (*core.Training, error) {
	if e.training == nil {
		return nil, core.Errorf(core.CodeState, "%s: the model is not training", where)
	}
	return e.training, nil
}

func (b *bridge) trainBegin(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	o, err := trainingOptions(arguments[2])
	if err != nil {
		return nil, err
	}
	corpus, err := corpus(arguments[1], e.model.Config())
	if err != nil {
		return nil, err
	}
	training, err := e.model.Train(corpus, o)
	if err != nil {
		return nil, err
	}
	e.training = training
	if e.slice.rows == nil {
		e.slice.rows = make([]float64, progressRows*progressFields)
	}
	e.slice.fault = nil
	e.latest = [3]int{} // the data came with the run: make room again behind its first slice
	return answer{"progress": address(e.slice.rows)}, nil
}

// corpus reads a data set as it crosses: a long token sequence, or many sequences with targets.
func corpus(v js.Value, c core.Config) (core.Corpus, error) {
	d := readOptions("train", "data.", v)
	if d.choice("kind", "stream", []string{"stream", "sequences"}) == "sequences" {
		return sequencesCorpus(d, c)
	}
	corpus := core.Corpus{Tokens: d.required("tokens", 1)}
	list, held := d.get("ids"), d.get("validationIds")
	err := d.done()
	if err != nil {
		return corpus, err
	}
	if corpus.IDs, err = ids("train", "data.ids", list); err != nil {
		return corpus, err
	}
	if !held.IsUndefined() {
		corpus.Validation, err = ids("train", "data.validationIds", held)
	}
	return corpus, err
}

// sequencesCorpus reads labelled sequences and holds what they say of themselves against the model's config.
func sequencesCorpus(d *options, c core.Config) (corpus core.Corpus, err error) {
	input, output, train, held := d.get("input"), d.get("output"), d.get("train"), d.get("validation")
	perStep := d.boolean("perStep", false)
	if err := d.done(); err != nil {
		return corpus, err
	}
	in, err := oneOf("train", "data.input.", input, "tokens", "features")
	if err != nil {
		return corpus, err
	}
	out, err := oneOf("train", "data.output.", output, "classes", "values", "labels")
	if err != nil {
		return corpus, err
	}
	wantIn, wantOut := core.Input{Tokens: in[0], Features: in[1]}, core.Output{Classes: out[0], Values: out[1], Labels: out[2]}
	answers := perStep == (c.Readout == core.Every)
	if c.Decoder != nil || c.Loss == core.CTC {
		answers = !perStep // the targets have lengths of their own
	} else if train.Type() == js.TypeObject && !train.Get("targetLengths").IsUndefined() {
		return corpus, core.Errorf(core.CodeConfig, "train: the targets of the data have lengths of their own; want a model with a decoder, or with loss %q", core.CTC)
	}
	if wantIn != c.Input || wantOut != c.Output || !answers {
		return corpus, core.Errorf(core.CodeShape, "train: the data are for input %v, output %v, readout every: %v; the model has input %v, output %v, readout %q",
			wantIn, wantOut, perStep, c.Input, c.Output, c.Readout)
	}
	if corpus.Sequences, err = sequences("data.train", train, c); err != nil || held.IsUndefined() {
		return corpus, err
	}
	corpus.ValidationSequences, err = sequences("data.validation", held, c)
	return corpus, err
}

func sequences(path string, v js.Value, c core.Config) (*core.Sequences, error) {
	o := readOptions("train", path+".", v)
	lengths, inputs, targets, targetLengths := o.get("lengths"), o.get("inputs"), o.get("targets"), o.get("targetLengths")
	err := o.done()
	if err != nil {
		return nil, err
	}
	var s core.Sequences
	if s.Lengths, err = ids("train", path+".lengths", lengths); err != nil {
		return nil, err
	}
	if !targetLengths.IsUndefined() {
		if s.TargetLengths, err = ids("train", path+".targetLengths", targetLengths); err != nil {
			return nil, err
		}
	}
	if c.Input.Tokens > 0 {
		s.Inputs, err = ids("train", path+".inputs", inputs)
	} else {
		s.Features, err = floats("train", path+".inputs", inputs)
	}
	if err != nil {
		return nil, err
	}
	if c.Output.Classes > 0 {
		s.Targets, err = ids("train", path+".targets", targets)
	} else {
		s.TargetValues, err = floats("train", path+".targets", targets)
	}
	return &s, err
}

// progressFields is the number of figures in a row of progress: step, epoch, loss, validationLoss, gradNorm,
// learningRate, tokensPerSecond.
const progressFields = 7

func (b *bridge) trainSet(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	t, err := e.run("train")
	if err != nil {
		return nil, err
	}
	o := readOptions("train", "", arguments[1])
	s := t.Options()
	s.LearningRate = o.number("learningRate", s.LearningRate)
	s.ClipNorm = o.number("clipNorm", s.ClipNorm)
	if err := o.done(); err != nil {
		return nil, err
	}
	return nil, t.SetOptimizer(s)
}

func (b *bridge) trainEnd(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	e.end()
	return nil, nil
}
