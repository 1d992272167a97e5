package jsbridge

import (
	"syscall/js"
	"time"

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
	d := readOptions("train", "data.", arguments[1])
	corpus := core.Corpus{Tokens: d.required("tokens", 1)}
	list, held := d.get("ids"), d.get("validationIds")
	if err := d.done(); err != nil {
		return nil, err
	}
	if corpus.IDs, err = ids("train", "data.ids", list); err != nil {
		return nil, err
	}
	if !held.IsUndefined() {
		if corpus.Validation, err = ids("train", "data.validationIds", held); err != nil {
			return nil, err
		}
	}
	training, err := e.model.Train(corpus, o)
	if err != nil {
		return nil, err
	}
	e.training = training
	return nil, nil
}

// progressFields is the number of figures in a row of progress: step, epoch, loss, validationLoss, gradNorm,
// learningRate, tokensPerSecond.
const progressFields = 7

// trainSlice works for about so many milliseconds and gives the records of the steps that were finished.
func (b *bridge) trainSlice(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	t, err := e.run("trainSlice")
	if err != nil {
		return nil, err
	}
	until := time.Now().Add(time.Duration(arguments[1].Float() * float64(time.Millisecond)))
	rows := make([]float64, 0, 8*progressFields)
	var fault error
	for !t.Done() {
		var p core.Progress
		var ok bool
		if p, ok, fault = t.Advance(); fault != nil {
			break
		}
		if ok {
			rows = append(rows, float64(p.Step), float64(p.Epoch), p.Loss, p.ValidationLoss, p.GradNorm, p.LearningRate, p.TokensPerSecond)
		}
		if !time.Now().Before(until) {
			break
		}
	}
	o := t.Sizes()
	e.grown(o.Batch, o.Steps)
	crossed.add(8 * cap(rows))
	done := t.Done()
	if done || fault != nil {
		e.end()
	}
	return answer{"progress": copyOut("Float64Array", rows), "done": done}, fault
}

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
