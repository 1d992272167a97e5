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
	input, err := batch("forward", arguments[1])
	if err != nil {
		return nil, err
	}
	if err := noOptions("forward", arguments[2]); err != nil {
		return nil, err
	}
	f, err := e.model.Forward(input)
	if err != nil {
		return nil, err
	}
	fields := answer{"outputs": tensorOut(f.Outputs), "state": tensorsOut(f.State)}
	if input.Targets != nil {
		fields["loss"] = f.Loss
	}
	return fields, nil
}

func (b *bridge) gradients(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := batch("gradients", arguments[1])
	if err != nil {
		return nil, err
	}
	if err := noOptions("gradients", arguments[2]); err != nil {
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
	input, err := batch("trainStep", arguments[1])
	if err != nil {
		return nil, err
	}
	o, err := optimizer("trainStep", arguments[2], e.model.OptimizerOptions())
	if err != nil {
		return nil, err
	}
	if err := noOptions("trainStep", arguments[3], "teacherForcing"); err != nil {
		return nil, err
	}
	s, err := e.model.TrainStep(input, o)
	if err != nil {
		return nil, err
	}
	e.grown(input.Batch, input.Steps)
	return answer{"loss": s.Loss, "gradNorm": s.GradNorm, "step": s.Step, "learningRate": s.LearningRate}, nil
}

func (b *bridge) step(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	token, err := oneID("step", arguments[1])
	if err != nil {
		return nil, err
	}
	state, err := stateIn("step", arguments[2])
	if err != nil {
		return nil, err
	}
	output, next, err := e.model.Step(token, state)
	if err != nil {
		return nil, err
	}
	return answer{"output": float32Array(output), "state": tensorsOut(next)}, nil
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

// noOptions refuses every option: those named are known and come later, others are unknown.
func noOptions(where string, v js.Value, later ...string) error {
	if v.IsUndefined() {
		return nil
	}
	o := readOptions(where, "", v)
	o.unsupported(later...)
	return o.done()
}
