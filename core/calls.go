package core

import (
	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/optim"
)

// Forwarded is what [Model.Forward] answers.
type Forwarded struct {
	Outputs Tensor  // probabilities, [B, T, O]
	Loss    float64 // mean over all steps in nats; only when the batch had targets
	State   State   // behind the last step
}

// Forward reads a batch and gives the probabilities of every step: ŷ(t) = softmax o(t).
func (m *Model) Forward(b Batch) (Forwarded, error) {
	if err := m.check("forward", b, false); err != nil {
		return Forwarded{}, err
	}
	m.load(b)
	logits := m.forward()
	e, classes := m.run.extent, m.config.Output.Classes
	answer := Forwarded{State: m.lastState()}
	if b.Targets != nil {
		kept := append([]float32(nil), logits...)
		answer.Loss = m.lossAndGradient(logits)
		copy(logits, kept)
	}
	kernel.Softmax(logits, classes, e.Rows(), classes)
	answer.Outputs = Tensor{"outputs", []int{e.Batch, e.Steps, classes}, toBatchFirst(logits, e, classes)}
	return answer, nil
}

// Gradients is the loss of a batch with its gradient, not clipped, on every parameter and on the initial state.
// The weights stay as they are. The tensors are views, valid until the next call.
func (m *Model) Gradients(b Batch) (loss float64, gradients []Tensor, initial State, err error) {
	if err := m.check("gradients", b, true); err != nil {
		return 0, nil, nil, err
	}
	m.load(b)
	logits := m.forward()
	loss = m.lossAndGradient(logits)
	m.backward(logits)
	return loss, tensors(m.gradients), m.initialGradient(), nil
}

// Stepped is what one training step answers.
type Stepped struct {
	Loss         float64 // before the update
	GradNorm     float64 // global L2 norm before clipping
	Step         int     // optimiser steps of the model, this one included
	LearningRate float64
}

// TrainStep computes loss and gradient of a batch and updates the weights once. When the loss or the gradient is
// not finite, or the update would not be, the weights stay as they are and the error is NUMERIC.
func (m *Model) TrainStep(b Batch, o optim.Options) (Stepped, error) {
	if m.training != nil {
		return Stepped{}, Errorf(CodeState, "trainStep: the model is training; stop or await that run first")
	}
	if err := m.check("trainStep", b, true); err != nil {
		return Stepped{}, err
	}
	if err := checkOptimizer("trainStep", o); err != nil {
		return Stepped{}, err
	}
	m.load(b)
	return m.update("trainStep", o)
}

// OptimizerOptions are those of the model's latest step, to be changed and given to the next; a new model has
// Adam's defaults.
func (m *Model) OptimizerOptions() optim.Options { return m.options }

// Step reads one token from a state and gives the probabilities of what comes next. A nil state is zero.
func (m *Model) Step(token int32, state State) (probabilities []float32, next State, err error) {
	m.stepInput[0] = token
	b := Batch{Inputs: m.stepInput[:], Batch: 1, Steps: 1, State: state}
	if err := m.check("step", b, false); err != nil {
		return nil, nil, err
	}
	m.load(b)
	logits := m.forward()
	kernel.Softmax(logits, len(logits), 1, len(logits))
	return append([]float32(nil), logits...), m.lastState(), nil
}

// load brings a checked batch into the workspace.
func (m *Model) load(b Batch) {
	e := cell.Extent{Batch: b.Batch, Steps: b.Steps}
	m.begin(e)
	toTimeMajor(m.run.inputs, b.Inputs, e)
	if b.Targets != nil {
		toTimeMajor(m.run.targets, b.Targets, e)
	}
	m.setState(b.State)
}

// update trains on what the workspace holds.
func (m *Model) update(where string, o optim.Options) (Stepped, error) {
	logits := m.forward()
	loss := m.lossAndGradient(logits)
	if !finite(loss) {
		return Stepped{}, Errorf(CodeNumeric, "%s: the loss is %v at step %d; the weights are those of step %d",
			where, loss, m.steps+1, m.steps)
	}
	m.backward(logits)
	norm := optim.GradientNorm(m.gradients)
	if !finite(norm) {
		return Stepped{}, Errorf(CodeNumeric, "%s: the gradient of %s is not finite at step %d; the weights are those of step %d",
			where, m.firstBadGradient(), m.steps+1, m.steps)
	}
	if !optim.Finite(o, norm) {
		return Stepped{}, Errorf(CodeNumeric,
			"%s: an update with learning rate %g and gradient norm %g would not be finite at step %d; the weights are those of step %d",
			where, o.LearningRate, norm, m.steps+1, m.steps)
	}
	m.optimizer.Step(m.weights, m.gradients, o, optim.ClipScale(norm, o.ClipNorm))
	m.options = o
	m.stale = true
	m.steps++
	return Stepped{Loss: loss, GradNorm: norm, Step: m.steps, LearningRate: o.LearningRate}, nil
}

func (m *Model) firstBadGradient() string {
	for _, t := range tensors(m.gradients) {
		if firstNonFinite(t.Data) >= 0 {
			return t.Name
		}
	}
	return "the norm"
}

func checkOptimizer(where string, o optim.Options) error {
	if _, ok := optim.Defaults(o.Name); !ok {
		return Errorf(CodeConfig, "%s: optimizer.name is %q, want one of %q", where, o.Name, optim.Names())
	}
	for _, rule := range []struct {
		field string
		value float64
		ok    bool
		want  string
	}{
		{"learningRate", o.LearningRate, o.LearningRate > 0 && finite(o.LearningRate), "a finite number above 0"},
		{"beta1", o.Beta1, o.Beta1 >= 0 && o.Beta1 < 1, "a number in [0, 1)"},
		{"beta2", o.Beta2, o.Beta2 >= 0 && o.Beta2 < 1, "a number in [0, 1)"},
		{"epsilon", o.Epsilon, o.Epsilon > 0 && finite(o.Epsilon), "a finite number above 0"},
		{"weightDecay", o.WeightDecay, o.WeightDecay >= 0 && finite(o.WeightDecay), "a finite number, 0 or above"},
		{"clipNorm", o.ClipNorm, o.ClipNorm >= 0 && finite(o.ClipNorm), "a finite number, 0 or above"},
	} {
		if !rule.ok {
			return Errorf(CodeRange, "%s: optimizer.%s is %v, want %s", where, rule.field, rule.value, rule.want)
		}
	}
	return nil
}
