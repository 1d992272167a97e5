package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/text"
)

// Forwarded is what [Model.Forward] answers.
type Forwarded struct {
	Outputs Tensor  // probabilities or values, [B, T, O], zero past a sequence's end; [B, O] where there is one answer, zero for a sequence of length 0
	Loss    float64 // mean over all valid steps; only when the batch had targets
	State   State   // behind each sequence's last valid step; of a sequence of length 0 the state that it started from; with a decoder that of the encoder

	Attention *Tensor // with a decoder that attends: weights [B, S, T], zero past the ends; otherwise nil
}

// Forward reads a batch and gives the output of every step, or the one behind the last. With a decoder the steps are the
// S of the targets, which must be there: each is given the target before it.
func (m *Model) Forward(b Batch) (Forwarded, error) {
	if err := m.prepare("forward", b, false, m.optimizer.Rule()); err != nil {
		return Forwarded{}, err
	}
	width, steps := m.config.Output.width(), m.answers(m.answering().extent.Steps)
	shape := []int{b.Batch, steps, width}
	if m.config.Readout == Last {
		shape = []int{b.Batch, width}
	}
	answer := Forwarded{Outputs: Tensor{"outputs", shape, make([]float32, b.Batch*steps*width)}}
	var kept []float32
	m.forward(false, func(e cell.Extent, logits []float32) {
		if b.hasTargets() {
			kept = append(kept[:0], logits...)
			answer.Loss += m.lossAndGradient(e, logits)
			logits = kept
		}
		m.show(answer.Outputs.Data, logits, e)
	})
	answer.State, answer.Attention = m.lastState(), m.attentionWeights()
	if !finite(answer.Loss) || firstNonFinite(answer.Outputs.Data) >= 0 || answer.State.firstBad() != "" {
		return Forwarded{}, m.notFinite("forward")
	}
	return answer, nil
}

// notFinite is the error of a call that reads, and leaves the generators as they were.
func (m *Model) notFinite(where string) error {
	m.rewind()
	return Errorf(CodeNumeric, "%s: %s; want finite numbers: the weights or the inputs are too large", where, m.firstBad(false))
}

func (s State) firstBad() string {
	for _, t := range s {
		if firstNonFinite(t.Data) >= 0 {
			return t.Name
		}
	}
	return ""
}

// show turns a segment's logits into what a user sees and puts them where they belong in the batch.
func (m *Model) show(dst, logits []float32, e cell.Extent) {
	width := m.config.Output.width()
	m.loss.Activate(logits, len(logits)/width, width)
	switch {
	case m.config.Decoder != nil:
		w := &m.run.written
		copy(dst, w.toBatchFirst(logits, w.extent.Steps, width, true))
	case m.config.Readout == Every:
		m.run.placeSteps(dst, logits, e, width)
	case e.First+e.Steps == m.run.extent.Steps:
		m.run.placeAnswers(dst, logits, width)
	}
}

// Gradients is the loss of a batch with its gradient, not clipped, on every parameter and on the initial state.
// The weights stay as they are. The tensors are views, valid until the next call.
func (m *Model) Gradients(b Batch) (loss float64, gradients []Tensor, initial State, err error) {
	if err := m.prepare("gradients", b, true, m.optimizer.Rule()); err != nil {
		return 0, nil, nil, err
	}
	loss = m.lossAndGradients(false)
	if !finite(loss) {
		return 0, nil, nil, m.notFinite("gradients")
	}
	initial = m.initialGradient()
	bad := initial.firstBad()
	if !finite(optim.GradientNorm(m.gradients)) {
		bad = m.firstBadGradient()
	}
	if bad != "" {
		m.rewind()
		return 0, nil, nil, Errorf(CodeNumeric, "gradients: the gradient of %s is not finite; the weights or the inputs are too large", bad)
	}
	return loss, tensors(m.gradients), initial, nil
}

// checkForcing says whether a share of teacher forcing, where one is given, can be had.
func (c Config) checkForcing(where string, p float64) error {
	switch {
	case c.Decoder != nil && p != 1:
		return Errorf(CodeUnsupported, "%s: teacherForcing is %v; a decoder is always given the targets, want 1", where, p)
	case !c.jordan() && c.Decoder == nil:
		return Errorf(CodeConfig, "%s: teacherForcing goes with recurrence \"output\" alone", where)
	case !(p >= 0 && p <= 1):
		return Errorf(CodeRange, "%s: teacherForcing is %v, want 0 … 1", where, p)
	}
	return nil
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
		if err := m.config.checkForcing(where, *p); err != nil {
			return err
		}
		if *p > 0 && !b.hasTargets() {
			return Errorf(CodeConfig, "%s: teacherForcing is %v, but there are no targets to force", where, *p)
		}
		forcing = *p
	}
	m.mark()
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
	s, err := m.update("trainStep", o)
	if err != nil {
		m.rewind()
	}
	return s, err
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

// refuseSteps says why a network cannot take a sequence step by step.
func (m *Model) refuseSteps() error {
	if m.config.Decoder != nil {
		return Errorf(CodeUnsupported, "step: the decoder begins when the whole source has been read; decode writes a target from a batch")
	}
	if m.config.Loss == CTC {
		return Errorf(CodeUnsupported, "step: loss %q labels whole sequences; forward gives the probabilities of every step of one", CTC)
	}
	if m.config.bidirectional() {
		return Errorf(CodeUnsupported, "step: a bidirectional layer reads a sequence from its end; give forward the whole sequence")
	}
	return nil
}

func (m *Model) stepOnce(b Batch) (output []float32, next State, err error) {
	if err := m.refuseSteps(); err != nil {
		return nil, nil, err
	}
	if err := m.prepare("step", b, false, m.optimizer.Rule()); err != nil {
		return nil, nil, err
	}
	m.forward(false, func(_ cell.Extent, logits []float32) { output = append(output, logits...) })
	m.loss.Activate(output, 1, len(output))
	if next = m.lastState(); firstNonFinite(output) >= 0 || next.firstBad() != "" {
		return nil, nil, m.notFinite("step")
	}
	return output, next, nil
}

// update trains on what the workspace holds.
func (m *Model) update(where string, o optim.Options) (Stepped, error) {
	m.network.redraw()
	loss := m.lossAndGradients(true)
	after := func(format string, arguments ...any) error {
		return Errorf(CodeNumeric, "%s: %s; this was training step %d, the weights are those of step %d",
			where, text.Sprintf(format, arguments...), m.steps+1, m.steps)
	}
	if !finite(loss) {
		return Stepped{}, after("the loss is %v: %s", loss, m.firstBad(true))
	}
	norm := optim.GradientNorm(m.gradients)
	if !finite(norm) {
		return Stepped{}, after("the gradient of %s is not finite", m.firstBadGradient())
	}
	clipped := norm
	if o.ClipValue > 0 {
		kernel.ClampValues(m.gradients.Data, float32(o.ClipValue))
		clipped = optim.GradientNorm(m.gradients)
	}
	rated := o
	rated.LearningRate = m.rate(o)
	change, velocity, bad := m.bound(rated, clipped)
	if bad != "" {
		return Stepped{}, after("an update with learning rate %g and gradient norm %g would not leave %s finite", rated.LearningRate, norm, bad)
	}
	m.optimizer.Step(m.weights, m.gradients, rated, optim.ClipScale(clipped, o.ClipNorm), velocity)
	m.largest += change
	if m.anew(o) {
		m.scheduled, m.plateau = m.steps, optim.Plateau{}
	}
	m.options = o
	m.stale = true
	m.steps++
	return Stepped{Loss: loss, GradNorm: norm, Step: m.steps, LearningRate: rated.LearningRate}, nil
}

// rate is the learning rate of the next update. A schedule counts updates from the first under it; another schedule, or
// another rule, begins anew, once the update is made.
func (m *Model) rate(o optim.Options) float64 {
	done, plateau := m.steps-m.scheduled, m.plateau
	if m.anew(o) {
		done, plateau = 0, optim.Plateau{}
	}
	rate := o.Schedule.Rate(o.LearningRate, done)
	if o.Schedule.Name == "plateau" && plateau.Scale > 0 {
		rate *= plateau.Scale
	}
	return rate
}

func (m *Model) anew(o optim.Options) bool {
	return o.Schedule != m.options.Schedule || o.Name != m.options.Name
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
