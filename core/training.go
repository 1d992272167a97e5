package core

import (
	"math"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/clock"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// TrainingOptions sets a run of training steps.
type TrainingOptions struct {
	Batch          int // B parallel sequences
	Steps          int // T, the BPTT window
	Stride         int // K ≤ T: new steps in a window, whose other steps are only looked back over; stateful; 0: T
	Epochs         int // passes over the data; 0: no bound
	Iterations     int // training steps; 0: no bound
	Optimizer      optim.Options
	TeacherForcing *float64   // pattern 2: see [Batch]; absent: 1
	Recompute      int        // see [Batch]
	Stateful       bool       // the state is carried from a window to the next of the same stream
	Validation     Validation // how the held-out part is judged

	EarlyStopping EarlyStopping
}

// EarlyStopping ends a run when the held-out loss no longer falls. The zero value never does.
type EarlyStopping struct {
	Patience int     // evaluations without gain after which the run ends; 0: off
	MinDelta float64 // what counts as gain
}

func (o TrainingOptions) forcing() float64 {
	if o.TeacherForcing == nil {
		return 1
	}
	return *o.TeacherForcing
}

func (o TrainingOptions) stride() int {
	if o.Stride == 0 {
		return o.Steps
	}
	return o.Stride
}

// Validation sets when and on how much of the held-out tokens the loss is computed.
type Validation struct {
	Every  int // training steps between two evaluations; 0: never
	Tokens int // at most so many tokens are read
}

// Progress is the record of one training step.
type Progress struct {
	Stepped
	Epoch           int     // of this step, counted from 0
	ValidationLoss  float64 // NaN where it was not evaluated
	TokensPerSecond float64 // of the latest training steps, evaluation not counted
}

// Training is a run of training steps, taken one piece of work at a time so that a caller may do other things in
// between. While it lives the model takes no other training step.
type Training struct {
	model   *Model
	options TrainingOptions
	feed    feed
	epoch   int // batches in one
	done    int // training steps of this run
	state   carried
	waiting bool     // the latest step's record waits for its validation loss
	pending Progress // that record
	held    judge
	good    snapshot
	best    snapshot // early stopping: of the lowest held-out loss
	lowest  float64
	worse   int // evaluations since then
	stopped bool
	rate    float64 // seconds a training step, smoothed
}

// divergence is the multiple of the loss of a uniform guess beyond which training has gone wrong for good:
// an update threw the weights to where softmax gives nearly no probability to anything that occurs.
const divergence = 1000

// Train begins a run.
func (m *Model) Train(corpus Corpus, o TrainingOptions) (*Training, error) {
	if m.training != nil {
		return nil, Errorf(CodeState, "train: the model is training already; stop or await that run first")
	}
	if err := checkTraining(o); err != nil {
		return nil, err
	}
	if err := m.config.checkRecompute("train", o.Recompute); err != nil {
		return nil, err
	}
	undrawn := random.New(0, 0)
	undrawn.Set(m.batching)
	f, err := m.newFeed(corpus, o)
	if err != nil {
		return nil, err
	}
	t := &Training{model: m, options: o, feed: f, epoch: f.perEpoch(), held: newJudge(corpus, o), lowest: math.Inf(1)}
	if o.EarlyStopping.Patience > 0 && (t.held == nil || o.Validation.Every == 0) {
		return nil, Errorf(CodeConfig, "train: earlyStopping watches the held-out loss; want data with a held-out part, and validation")
	}
	t.good.take(m)
	t.good.batching().Set(undrawn) // a run that goes back to its beginning draws its windows anew
	m.training = t
	return t, nil
}

func checkTraining(o TrainingOptions) error {
	for _, count := range []struct {
		name       string
		value, low int
	}{
		{"batch", o.Batch, 1}, {"steps", o.Steps, 0}, {"epochs", o.Epochs, 0}, {"iterations", o.Iterations, 0},
		{"validation.every", o.Validation.Every, 0}, {"validation.tokens", o.Validation.Tokens, 0},
		{"earlyStopping.patience", o.EarlyStopping.Patience, 0},
	} {
		if count.value < count.low {
			return Errorf(CodeRange, "train: %s is %d, want %d or more", count.name, count.value, count.low)
		}
	}
	if d := o.EarlyStopping.MinDelta; !(d >= 0) || !finite(d) {
		return Errorf(CodeRange, "train: earlyStopping.minDelta is %v, want a finite number, 0 or above", d)
	}
	if o.Batch > largestRows || o.Steps > largestRows || o.Batch*o.Steps > largestRows {
		return Errorf(CodeRange, "train: batch %d × steps %d is more than %d", o.Batch, o.Steps, largestRows)
	}
	if o.Stride < 0 || o.Stride > o.Steps {
		return Errorf(CodeRange, "train: stride is %d, want 1 … %d (steps)", o.Stride, o.Steps)
	}
	if o.Stride > 0 && o.Stride < o.Steps && !o.Stateful {
		return Errorf(CodeConfig, "train: stride %d makes windows of %d steps overlap, which goes with stateful true; otherwise windows begin anywhere and share nothing", o.Stride, o.Steps)
	}
	return checkOptimizer("train", o.Optimizer)
}

// Options gives the optimiser's options as they are now.
func (t *Training) Options() optim.Options { return t.options.Optimizer }

// Sizes gives B and T of the run.
func (t *Training) Sizes() cell.Extent {
	return cell.Extent{Batch: t.options.Batch, Steps: t.options.Steps}
}

// SetOptimizer changes the optimiser's options from the next step on; the rule itself stays.
func (t *Training) SetOptimizer(o optim.Options) error {
	if o.Name != t.options.Optimizer.Name {
		return Errorf(CodeState, "train: the run goes on with %q; %q wants a new run", t.options.Optimizer.Name, o.Name)
	}
	if err := checkOptimizer("train", o); err != nil {
		return err
	}
	t.options.Optimizer = o
	return nil
}

// Done says that the run has taken all its steps.
func (t *Training) Done() bool { return !t.waiting && (t.stopped || t.finishing()) }

// End closes the run; the model may then be trained otherwise. A run must be ended also when it is done.
func (t *Training) End() { t.model.training = nil }

// Advance does one piece of work, a training step or a window of the held-out part. It says with ok whether p is
// the finished record of a step. After an error the run is over, and the model holds the weights and the
// optimiser's memory of the latest evaluation, or of the beginning.
func (t *Training) Advance() (p Progress, ok bool, err error) {
	if t.waiting {
		return t.advanceEvaluation()
	}
	p, err = t.step()
	if err != nil {
		return Progress{}, false, t.fail(err)
	}
	if every := t.options.Validation.Every; t.held != nil && every > 0 && (t.done%every == 0 || t.finishing()) {
		t.pending, t.waiting = p, true
		t.held.begin()
		return Progress{}, false, nil
	}
	if t.done%snapshotEvery == 0 {
		t.good.take(t.model)
	}
	return p, true, nil
}

// fail ends the run and puts back what training changes.
func (t *Training) fail(err error) error {
	t.good.restore(t.model)
	t.End()
	return Errorf(CodeNumeric, "%s; training stopped, the weights were put back to those of step %d", err.Error(), t.model.steps)
}

// finishing says that the run's bounds are reached.
func (t *Training) finishing() bool {
	o := t.options
	return o.Iterations > 0 && t.done >= o.Iterations || o.Epochs > 0 && t.done >= o.Epochs*t.epoch
}

// snapshotEvery is the number of steps between two kept copies of the weights.
const snapshotEvery = 50

func (t *Training) step() (Progress, error) {
	m, began := t.model, clock.Now()
	m.walk.plan = plan{segment: t.options.Recompute, kept: t.options.Stride}
	if t.feed.load(m) {
		m.resume(t.state)
	}
	m.force(t.options.forcing())
	stepped, err := m.update("train", t.options.Optimizer)
	if err != nil {
		return Progress{}, err
	}
	if limit := divergence * m.uniformLoss(); m.config.Output.Values == 0 && !(stepped.Loss <= limit) {
		return Progress{}, Errorf(CodeNumeric, "train: the loss is %.4g at step %d, over %d times that of a uniform guess: it diverged at learning rate %g",
			stepped.Loss, stepped.Step, divergence, t.options.Optimizer.LearningRate)
	}
	m.keep(&t.state)
	p := Progress{Stepped: stepped, Epoch: t.done / t.epoch, ValidationLoss: math.NaN()}
	t.done++
	took := clock.Now() - began
	if t.rate == 0 {
		t.rate = took
	}
	t.rate += 0.1 * (took - t.rate)
	p.TokensPerSecond = float64(m.stepsRun()) / max(t.rate, 1e-9)
	return p, nil
}

// uniformLoss is what a uniform guess loses on the batch in the workspace: ln V, or ln 2 for labels; with CTC no more than ln V
// for each of the T steps.
func (m *Model) uniformLoss() float64 {
	loss := math.Log(float64(max(2, m.config.Output.Classes)))
	if m.config.Loss == CTC {
		loss *= float64(m.run.extent.Steps)
	}
	return loss
}

func (t *Training) advanceEvaluation() (Progress, bool, error) {
	finished, loss := t.held.advance(t.model)
	if !finite(loss) {
		return Progress{}, false, t.fail(Errorf(CodeNumeric, "train: the held-out loss is %v: %s", loss, t.model.firstBad(false)))
	}
	if !finished {
		return Progress{}, false, nil
	}
	t.waiting = false
	t.pending.ValidationLoss = t.held.loss()
	if o := t.options.Optimizer; o.Schedule.Name == "plateau" {
		t.model.plateau.Observe(o.Schedule, o.LearningRate, t.pending.ValidationLoss)
	}
	t.good.take(t.model)
	t.watch(t.pending.ValidationLoss)
	return t.pending, true, nil
}

// watch ends the run when the held-out loss has not fallen for long enough. A run that ends with early stopping on
// leaves the weights of the lowest held-out loss.
func (t *Training) watch(loss float64) {
	o := t.options.EarlyStopping
	if o.Patience == 0 {
		return
	}
	if t.worse++; loss < t.lowest-o.MinDelta {
		t.lowest, t.worse = loss, 0
		t.best.take(t.model)
	}
	t.stopped = t.worse >= o.Patience
	if t.Done() && len(t.best.weights) > 0 {
		copy(t.model.weights.Data, t.best.weights)
		t.model.changed()
	}
}

// snapshot is a copy of what training changes.
type snapshot struct {
	weights    []float32
	optimizer  optim.Optimizer
	steps      int
	scheduled  int
	plateau    optim.Plateau
	generators [3]*random.Source
}

// batching is where the generator stood that cuts windows and batches.
func (s *snapshot) batching() *random.Source { return s.generators[2] }

func (m *Model) drawing() [3]*random.Source {
	return [3]*random.Source{m.dropping, m.forcing, m.batching}
}

func (s *snapshot) take(m *Model) {
	s.weights = tensor.Grow(s.weights, len(m.weights.Data))
	copy(s.weights, m.weights.Data)
	m.optimizer.Snapshot(&s.optimizer)
	s.steps, s.scheduled, s.plateau = m.steps, m.scheduled, m.plateau
	for k, g := range m.drawing() {
		if s.generators[k] == nil {
			s.generators[k] = random.New(0, 0)
		}
		s.generators[k].Set(g)
	}
}

func (s *snapshot) restore(m *Model) {
	copy(m.weights.Data, s.weights)
	s.optimizer.Snapshot(&m.optimizer)
	m.steps, m.scheduled, m.plateau = s.steps, s.scheduled, s.plateau
	for k, g := range m.drawing() {
		g.Set(s.generators[k])
	}
	m.changed()
}
