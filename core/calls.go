package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/optim"
)

// Forwarded is what [Model.Forward] answers.
type Forwarded struct {
	Outputs Tensor  // probabilities or values, [B, T, O], zero past a sequence's end; [B, O] where there is one answer, zero for a sequence of length 0
	Loss    float64 // mean over all valid steps; only when the batch had targets
	State   State   // behind each sequence's last valid step; of a sequence of length 0 the state that it started from
}

// Forward reads a batch and gives the output of every step, or the one behind the last.
func (m *Model) Forward(b Batch) (Forwarded, error) {
	if err := m.prepare("forward", b, false, m.optimizer.Rule()); err != nil {
		return Forwarded{}, err
	}
	width := m.config.Output.width()
	shape := []int{b.Batch, b.Steps, width}
	if m.config.Readout == Last {
		shape = []int{b.Batch, width}
	}
	answer := Forwarded{Outputs: Tensor{"outputs", shape, make([]float32, b.Batch*m.answers(b.Steps)*width)}}
	var kept []float32
	m.forward(false, func(e cell.Extent, logits []float32) {
		if b.hasTargets() {
			kept = append(kept[:0], logits...)
			answer.Loss += m.lossAndGradient(e, logits)
			logits = kept
		}
		m.show(answer.Outputs.Data, logits, e)
	})
	answer.State = m.lastState()
	return answer, nil
}

// show turns a segment's logits into what a user sees and puts them where they belong in the batch.
func (m *Model) show(dst, logits []float32, e cell.Extent) {
	width := m.config.Output.width()
	m.loss.Activate(logits, len(logits)/width, width)
	if m.config.Readout == Every {
		m.run.toBatchFirst(dst, logits, e, width)
	} else if e.First+e.Steps == m.run.extent.Steps {
		m.run.answersInOrder(dst, logits, width)
	}
}

// Gradients is the loss of a batch with its gradient, not clipped, on every parameter and on the initial state.
// The weights stay as they are. The tensors are views, valid until the next call.
func (m *Model) Gradients(b Batch) (loss float64, gradients []Tensor, initial State, err error) {
	if err := m.prepare("gradients", b, true, m.optimizer.Rule()); err != nil {
		return 0, nil, nil, err
	}
	loss = m.lossAndGradients(false)
	return loss, tensors(m.gradients), m.initialGradient(), nil
}

// prepare checks a batch and brings it into the workspace.
func (m *Model) prepare(where string, b Batch, needTargets bool, rule string) error {
	if err := m.check(where, b, needTargets, rule); err != nil {
		return err
	}
	forcing := 0.0
	if b.hasTargets() {
		forcing = 1
	}
	if p := b.TeacherForcing; p != nil {
		switch {
		case !m.config.jordan():
			return Errorf(CodeConfig, "%s: teacherForcing goes with recurrence \"output\" alone", where)
		case !(*p >= 0 && *p <= 1):
			return Errorf(CodeRange, "%s: teacherForcing is %v, want 0 … 1", where, *p)
		case *p > 0 && !b.hasTargets():
			return Errorf(CodeConfig, "%s: teacherForcing is %v, but there are no targets to force", where, *p)
		}
		forcing = *p
	}
	m.walk.plan = plan{segment: b.Recompute}
	m.load(b)
	m.force(forcing)
	return nil
}

// force lets targets stand in for outputs, where the network feeds those back, each with probability p.
func (m *Model) force(p float64) {
	f, ok := m.network.(*feedback)
	if !ok || p == 0 {
		return
	}
	var forced []bool
	if p < 1 {
		m.forced = m.forced[:0]
		for range m.run.extent.Rows() {
			m.forced = append(m.forced, m.forcing.Float64() < p)
		}
		forced = m.forced
	}
	if m.config.Output.Classes > 0 {
		f.jordan.Force(m.run.ids, nil, forced)
	} else {
		f.jordan.Force(nil, m.run.targets, forced)
	}
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
	if err := checkOptimizer("trainStep", o); err != nil {
		return Stepped{}, err
	}
	if err := m.prepare("trainStep", b, true, o.Name); err != nil {
		return Stepped{}, err
	}
	return m.update("trainStep", o)
}

// OptimizerOptions are those of the model's latest step, to be changed and given to the next; a new model has
// Adam's defaults.
func (m *Model) OptimizerOptions() optim.Options { return m.options }

// Step reads one token from a state and gives what the network answers. A nil state is the initial one.
func (m *Model) Step(token int32, state State) (output []float32, next State, err error) {
	m.token[0] = token
	return m.stepOnce(Batch{Inputs: m.token[:], Batch: 1, Steps: 1, State: state})
}

// StepFeatures is [Model.Step] for a network that reads vectors.
func (m *Model) StepFeatures(features []float32, state State) (output []float32, next State, err error) {
	return m.stepOnce(Batch{Features: features, Batch: 1, Steps: 1, State: state})
}

func (m *Model) stepOnce(b Batch) (output []float32, next State, err error) {
	if m.config.bidirectional() {
		return nil, nil, Errorf(CodeUnsupported, "step: a bidirectional layer reads a sequence from its end; give forward the whole sequence")
	}
	if err := m.prepare("step", b, false, m.optimizer.Rule()); err != nil {
		return nil, nil, err
	}
	m.forward(false, func(_ cell.Extent, logits []float32) { output = append(output, logits...) })
	m.loss.Activate(output, 1, len(output))
	return output, m.lastState(), nil
}

// update trains on what the workspace holds.
func (m *Model) update(where string, o optim.Options) (Stepped, error) {
	if s, ok := m.network.(*stack); ok {
		s.redraw()
	}
	loss := m.lossAndGradients(true)
	if !finite(loss) {
		return Stepped{}, Errorf(CodeNumeric, "%s: the loss is %v at step %d; the weights are those of step %d",
			where, loss, m.steps+1, m.steps)
	}
	norm := optim.GradientNorm(m.gradients)
	if !finite(norm) {
		return Stepped{}, Errorf(CodeNumeric, "%s: the gradient of %s is not finite at step %d; the weights are those of step %d",
			where, m.firstBadGradient(), m.steps+1, m.steps)
	}
	clipped := norm
	if o.ClipValue > 0 {
		kernel.ClampValues(m.gradients.Data, float32(o.ClipValue))
		clipped = optim.GradientNorm(m.gradients)
	}
	rated := o
	rated.LearningRate = m.rate(o)
	if !optim.Finite(rated, clipped) {
		return Stepped{}, Errorf(CodeNumeric,
			"%s: an update with learning rate %g and gradient norm %g would not be finite at step %d; the weights are those of step %d",
			where, rated.LearningRate, norm, m.steps+1, m.steps)
	}
	m.optimizer.Step(m.weights, m.gradients, rated, optim.ClipScale(clipped, o.ClipNorm))
	m.options = o
	m.stale = true
	m.steps++
	return Stepped{Loss: loss, GradNorm: norm, Step: m.steps, LearningRate: rated.LearningRate}, nil
}

// rate is the learning rate of the next update. A schedule counts updates from the first under it; another schedule, or
// another rule, begins anew.
func (m *Model) rate(o optim.Options) float64 {
	if o.Schedule != m.options.Schedule || o.Name != m.options.Name {
		m.scheduled, m.plateau = m.steps, optim.Plateau{}
	}
	rate := o.Schedule.Rate(o.LearningRate, m.steps-m.scheduled)
	if o.Schedule.Name == "plateau" && m.plateau.Scale > 0 {
		rate *= m.plateau.Scale
	}
	return rate
}

func (m *Model) firstBadGradient() string {
	for _, t := range tensors(m.gradients) {
		if firstNonFinite(t.Data) >= 0 {
			return t.Name
		}
	}
	return "the norm"
}

func reads(rule, field string) bool { return slices.Contains(optim.Fields(rule), field) }

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
		{"epsilon", o.Epsilon, o.Epsilon > 0 && finite(o.Epsilon) || !reads(o.Name, "epsilon"), "a finite number above 0"},
		{"weightDecay", o.WeightDecay, o.WeightDecay >= 0 && finite(o.WeightDecay), "a finite number, 0 or above"},
		{"alpha", o.Alpha, o.Alpha >= 0 && o.Alpha < 1, "a number in [0, 1)"},
		{"momentum", o.Momentum, o.Momentum >= 0 && o.Momentum < 1, "a number in [0, 1)"},
		{"clipValue", o.ClipValue, o.ClipValue >= 0 && finite(o.ClipValue), "a finite number, 0 or above"},
		{"clipNorm", o.ClipNorm, o.ClipNorm >= 0 && finite(o.ClipNorm), "a finite number, 0 or above"},
	} {
		if !rule.ok {
			return Errorf(CodeRange, "%s: optimizer.%s is %v, want %s", where, rule.field, rule.value, rule.want)
		}
	}
	return checkSchedule(where, o.Schedule)
}

func checkSchedule(where string, s optim.Schedule) error {
	if s.Name == "" {
		return nil
	}
	if _, ok := optim.ScheduleDefaults(s.Name); !ok {
		return Errorf(CodeConfig, "%s: optimizer.schedule.name is %q, want one of %q", where, s.Name, optim.Schedules())
	}
	for _, rule := range []struct {
		field string
		ok    bool
		want  string
	}{
		{"every", s.Name != "step" || s.Every >= 1, "1 or more"},
		{"gamma", s.Name != "step" && s.Name != "exponential" || s.Gamma > 0 && s.Gamma <= 1, "a number in (0, 1]"},
		{"steps", s.Name != "cosine" && s.Name != "warmup" || s.Steps >= 1, "1 or more"},
		{"floor", s.Floor >= 0 && finite(s.Floor) && (s.Name != "cosine" || s.Floor <= 1), "a number, 0 or above; for cosine at most 1"},
		{"start", s.Name != "warmup" || s.Start >= 0 && s.Start <= 1, "a number in [0, 1]"},
		{"factor", s.Name != "plateau" || s.Factor > 0 && s.Factor < 1, "a number in (0, 1)"},
		{"patience", s.Patience >= 0, "0 or more"},
		{"threshold", s.Threshold >= 0 && s.Threshold < 1, "a number in [0, 1)"},
		{"cooldown", s.Cooldown >= 0, "0 or more"},
	} {
		if !rule.ok {
			return Errorf(CodeRange, "%s: optimizer.schedule.%s does not fit %q, want %s", where, rule.field, s.Name, rule.want)
		}
	}
	return nil
}
