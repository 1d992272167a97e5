package core

import (
	"math"
	"time"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/data"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Corpus is one long token sequence to learn from and, if there is one, another to be judged by.
type Corpus struct {
	Tokens     int // size of the vocabulary
	IDs        []int32
	Validation []int32
}

// TrainingOptions sets a run of training steps.
type TrainingOptions struct {
	Batch      int // B parallel sequences
	Steps      int // T, the BPTT window
	Epochs     int // passes over the data; 0: no bound
	Iterations int // training steps; 0: no bound
	Optimizer  optim.Options
	Stateful   bool       // the state is carried from a window to the next of the same stream
	Validation Validation // how the held-out part is judged
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

// windows is where training batches come from.
type windows interface {
	Next(inputs, targets []int32) (first bool)
	WindowsPerEpoch() int
}

// Training is a run of training steps, taken one piece of work at a time so that a caller may do other things in
// between. While it lives the model takes no other training step.
type Training struct {
	model   *Model
	corpus  Corpus
	options TrainingOptions
	windows windows
	done    int // training steps of this run
	state   carried
	waiting bool     // the latest step's record waits for its validation loss
	pending Progress // that record
	held    evaluation
	good    snapshot
	rate    float64 // seconds a training step, smoothed
}

// divergence is the multiple of ln V, the loss of a uniform guess, beyond which training has gone wrong for good:
// an update threw the weights to where softmax gives nearly no probability to anything that occurs.
const divergence = 1000

// Train begins a run.
func (m *Model) Train(corpus Corpus, o TrainingOptions) (*Training, error) {
	if m.training != nil {
		return nil, Errorf(CodeState, "train: the model is training already; stop or await that run first")
	}
	if err := m.checkTraining(corpus, o); err != nil {
		return nil, err
	}
	t := &Training{model: m, corpus: corpus, options: o}
	var err error
	if o.Stateful {
		t.windows, err = data.NewStreams(corpus.IDs, o.Batch, o.Steps, m.batching)
	} else {
		t.windows, err = data.NewWindows(corpus.IDs, o.Batch, o.Steps, m.batching)
	}
	if err != nil {
		return nil, Errorf(CodeRange, "train: %v", err)
	}
	t.held = newEvaluation(corpus.Validation, o)
	t.good.take(m)
	m.training = t
	return t, nil
}

func (m *Model) checkTraining(corpus Corpus, o TrainingOptions) error {
	if corpus.Tokens != m.config.Input.Tokens || corpus.Tokens != m.config.Output.Classes {
		return Errorf(CodeShape, "train: the data has %d tokens, the model takes %d and tells %d apart; want the same number",
			corpus.Tokens, m.config.Input.Tokens, m.config.Output.Classes)
	}
	for _, part := range []struct {
		name string
		ids  []int32
	}{{"ids", corpus.IDs}, {"validation ids", corpus.Validation}} {
		for i, id := range part.ids {
			if id < 0 || int(id) >= corpus.Tokens {
				return Errorf(CodeRange, "train: %s[%d] is %d, want 0 … %d", part.name, i, id, corpus.Tokens-1)
			}
		}
	}
	for _, count := range []struct {
		name       string
		value, low int
	}{
		{"batch", o.Batch, 1}, {"steps", o.Steps, 1}, {"epochs", o.Epochs, 0}, {"iterations", o.Iterations, 0},
		{"validation.every", o.Validation.Every, 0}, {"validation.tokens", o.Validation.Tokens, 0},
	} {
		if count.value < count.low {
			return Errorf(CodeRange, "train: %s is %d, want %d or more", count.name, count.value, count.low)
		}
	}
	if o.Batch > largestRows || o.Steps > largestRows || o.Batch*o.Steps > largestRows {
		return Errorf(CodeRange, "train: batch %d × steps %d is more than %d", o.Batch, o.Steps, largestRows)
	}
	if err := checkOptimizer("train", o.Optimizer); err != nil {
		return err
	}
	return m.checkMemory("train", o.Batch, o.Steps)
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
func (t *Training) Done() bool {
	o := t.options
	return !t.waiting &&
		(o.Iterations > 0 && t.done >= o.Iterations || o.Epochs > 0 && t.done >= o.Epochs*t.windows.WindowsPerEpoch())
}

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
		t.good.restore(t.model)
		t.End()
		return Progress{}, false, Errorf(CodeNumeric, "%s; training stopped, the weights were put back to those of step %d",
			err.Error(), t.model.steps)
	}
	if every := t.options.Validation.Every; t.held.possible() && every > 0 && (t.done%every == 0 || t.finishing()) {
		t.pending, t.waiting = p, true
		t.held.begin()
		return Progress{}, false, nil
	}
	if t.done%snapshotEvery == 0 {
		t.good.take(t.model)
	}
	return p, true, nil
}

// finishing says that the step just taken was the run's last.
func (t *Training) finishing() bool {
	o := t.options
	return o.Iterations > 0 && t.done == o.Iterations || o.Epochs > 0 && t.done == o.Epochs*t.windows.WindowsPerEpoch()
}

// snapshotEvery is the number of steps between two kept copies of the weights.
const snapshotEvery = 50

func (t *Training) step() (Progress, error) {
	m, began := t.model, time.Now()
	e := t.Sizes()
	m.begin(e)
	if first := t.windows.Next(m.run.inputs, m.run.targets); !first {
		m.resume(t.state)
	}
	stepped, err := m.update("train", t.options.Optimizer)
	if err != nil {
		return Progress{}, err
	}
	if limit := divergence * math.Log(float64(max(2, t.corpus.Tokens))); !(stepped.Loss <= limit) {
		return Progress{}, Errorf(CodeNumeric, "train: the loss is %.4g at step %d, over %d times that of a uniform guess: it diverged at learning rate %g",
			stepped.Loss, stepped.Step, divergence, t.options.Optimizer.LearningRate)
	}
	m.keep(&t.state)
	p := Progress{Stepped: stepped, Epoch: t.done / t.windows.WindowsPerEpoch(), ValidationLoss: math.NaN()}
	t.done++
	took := time.Since(began).Seconds()
	if t.rate == 0 {
		t.rate = took
	}
	t.rate += 0.1 * (took - t.rate)
	p.TokensPerSecond = float64(e.Rows()) / max(t.rate, 1e-9)
	return p, nil
}

func (t *Training) advanceEvaluation() (Progress, bool, error) {
	if !t.held.advance(t.model) {
		return Progress{}, false, nil
	}
	t.waiting = false
	t.pending.ValidationLoss = t.held.loss()
	t.good.take(t.model)
	return t.pending, true, nil
}

// snapshot is a copy of what training changes.
type snapshot struct {
	weights   []float32
	optimizer optim.Optimizer
	steps     int
}

func (s *snapshot) take(m *Model) {
	s.weights = tensor.Grow(s.weights, len(m.weights.Data))
	copy(s.weights, m.weights.Data)
	m.optimizer.Snapshot(&s.optimizer)
	s.steps = m.steps
}

func (s *snapshot) restore(m *Model) {
	copy(m.weights.Data, s.weights)
	s.optimizer.Snapshot(&m.optimizer)
	m.steps = s.steps
	m.stale = true
}
