package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

func (b *bridge) create(arguments []js.Value) (answer, error) {
	c, err := config(arguments[0])
	if err != nil {
		return nil, err
	}
	m, err := core.New(c)
	if err != nil {
		return nil, err
	}
	b.next++
	b.models[b.next] = &entry{model: m}
	return answer{"model": b.next}, nil
}

func (b *bridge) dispose(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	e.end()
	for number, g := range b.generations {
		if g.Model() == e.model {
			delete(b.generations, number)
		}
	}
	delete(b.models, arguments[0].Int())
	return nil, nil
}

func (b *bridge) forward(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := e.batch("forward", arguments[1], arguments[2])
	if err != nil {
		return nil, err
	}
	f, err := e.model.Forward(input)
	if err != nil {
		return nil, err
	}
	fields := answer{"outputs": tensorOut(f.Outputs), "state": tensorsOut(f.State)}
	if input.Targets != nil || input.TargetValues != nil {
		fields["loss"] = f.Loss
	}
	if f.Attention != nil {
		fields["attention"] = tensorOut(*f.Attention)
	}
	return fields, nil
}

func (b *bridge) gradients(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := e.batch("gradients", arguments[1], arguments[2])
	if err != nil {
		return nil, err
	}
	loss, gradients, initial, err := e.model.Gradients(input)
	if err != nil {
		return nil, err
	}
	return answer{"loss": loss, "gradients": tensorsOut(gradients), "initialState": tensorsOut(initial)}, nil
}

func (b *bridge) trainStep(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := e.batch("trainStep", arguments[1], arguments[3])
	if err != nil {
		return nil, err
	}
	o, err := optimizer("trainStep", arguments[2], e.model.OptimizerOptions())
	if err != nil {
		return nil, err
	}
	s, err := e.model.TrainStep(input, o)
	if err != nil {
		return nil, err
	}
	e.grown(input.Batch, max(input.Steps, len(input.Targets)/input.Batch), input.Recompute)
	return answer{"loss": s.Loss, "gradNorm": s.GradNorm, "step": s.Step, "learningRate": s.LearningRate}, nil
}

func (b *bridge) step(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	state, err := stateIn("step", arguments[2])
	if err != nil {
		return nil, err
	}
	output, next, err := e.stepOnce(arguments[1], state)
	if err != nil {
		return nil, err
	}
	return answer{"output": float32Array(output), "state": tensorsOut(next)}, nil
}

func (e *entry) stepOnce(input js.Value, state core.State) ([]float32, core.State, error) {
	if e.model.Config().Input.Features > 0 {
		features, err := floats("step", "input", input)
		if err != nil {
			return nil, nil, err
		}
		return e.model.StepFeatures(features, state)
	}
	token, err := oneID("step", input)
	if err != nil {
		return nil, nil, err
	}
	return e.model.Step(token, state)
}

// oneID reads the token of a step: a number, or an array of one.
func oneID(where string, v js.Value) (int32, error) {
	one := v
	if kind(v) != "" && v.Length() == 1 {
		one = v.Index(0)
	}
	if one.Type() != js.TypeNumber {
		return 0, core.Errorf(core.CodeConfig, "%s: input is %s, want a token id", where, describe(v))
	}
	list, err := wholeNumbers(where, "input", []float64{one.Float()})
	if err != nil {
		return 0, err
	}
	return list[0], nil
}

func (b *bridge) weights(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	return answer{"weights": tensorsOut(e.model.Weights())}, nil
}

func (b *bridge) setWeights(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	list, err := tensorsIn("setWeights", "weights", arguments[1])
	if err != nil {
		return nil, err
	}
	return nil, e.model.SetWeights(list)
}

// batch reads a Batch and the options of a pass.
func (e *entry) batch(where string, v, pass js.Value) (core.Batch, error) {
	b, err := batch(where, v, e.model.Config())
	if err != nil {
		return b, err
	}
	return b, passOptions(where, pass, &b)
}
