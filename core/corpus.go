package core

import (
	"slices"
	"strconv"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/data"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// Corpus is what a run learns from and, if there is a held-out part, is judged by: one long token sequence, or many
// sequences with targets.
type Corpus struct {
	Tokens     int // of a long sequence: the size of the vocabulary
	IDs        []int32
	Validation []int32

	Sequences, ValidationSequences *Sequences
}

// Sequences are N sequences end to end.
type Sequences struct {
	Lengths      []int32   // [N], of what is read
	Inputs       []int32   // [Σ length] ids, or
	Features     []float32 // [Σ length, I]
	Targets      []int32   // ids: [Σ length], or [N] where the network answers once, or
	TargetValues []float32 // the same, times O

	// With a decoder, and with the loss CTC, Targets are the N targets end to end, [Σ target length].
	TargetLengths []int32 // [N], each 0 or more

	starts       []int
	targetStarts []int
	batch        Batch // reused
}

// check counts what the sequences hold against what the model wants.
func (s *Sequences) check(m *Model, part string) error {
	total := 0
	s.starts = s.starts[:0]
	for i, n := range s.Lengths {
		if n < 1 {
			return Errorf(CodeRange, "train: %s.lengths[%d] is %d, want 1 or more", part, i, n)
		}
		s.starts = append(s.starts, total)
		total += int(n)
	}
	if len(s.Lengths) == 0 {
		return Errorf(CodeRange, "train: %s holds no sequence, want at least one", part)
	}
	answers := len(s.Lengths)
	if m.config.Readout == Every {
		answers = total
	}
	flat := Batch{Batch: 1, Steps: total}
	if n := m.config.Input.Features; n > 0 {
		if err := wantValues("train", part+".inputs", s.Features, flat, total, n, "input.features"); err != nil {
			return err
		}
	} else if err := wantIDs("train", part+".inputs", s.Inputs, flat, total, m.config.Input.Tokens, "input.tokens"); err != nil {
		return err
	}
	if m.config.ownTargets() {
		return s.checkWritten(m, part)
	}
	if s.TargetLengths != nil {
		return Errorf(CodeConfig, "train: %s.targetLengths goes with a decoder or loss %q; this model has neither", part, CTC)
	}
	flat.Steps = answers
	if n := m.config.Output.Classes; n > 0 {
		return wantIDs("train", part+".targets", s.Targets, flat, answers, n, "output.classes")
	}
	return wantValues("train", part+".targets", s.TargetValues, flat, answers, m.config.Output.width(), "output")
}

// checkWritten counts targets that have lengths of their own.
func (s *Sequences) checkWritten(m *Model, part string) error {
	if len(s.TargetLengths) != len(s.Lengths) {
		return Errorf(CodeShape, "train: %s.targetLengths has %d entries, want %d, one a sequence", part, len(s.TargetLengths), len(s.Lengths))
	}
	total := 0
	s.targetStarts = s.targetStarts[:0]
	for i, n := range s.TargetLengths {
		if n < 0 {
			return Errorf(CodeRange, "train: %s.targetLengths[%d] is %d, want 0 or more", part, i, n)
		}
		s.targetStarts = append(s.targetStarts, total)
		total += int(n)
	}
	err := wantIDs("train", part+".targets", s.Targets, Batch{Batch: 1, Steps: total}, total, m.config.Output.Classes, "output.classes")
	for i := 0; err == nil && m.config.Loss == CTC && i < len(s.Lengths); i++ {
		labels := s.Targets[s.targetStarts[i]:][:s.TargetLengths[i]]
		err = wantLabelling("train", part+".targets of sequence "+strconv.Itoa(i), labels, int(s.Lengths[i]))
	}
	return err
}

// gather makes a batch of the sequences with these numbers. It is valid until the next call.
func (s *Sequences) gather(m *Model, chosen []int) Batch {
	b := &s.batch
	b.Batch, b.Steps = len(chosen), 0
	b.Lengths = b.Lengths[:0]
	for _, i := range chosen {
		b.Lengths = append(b.Lengths, s.Lengths[i])
		b.Steps = max(b.Steps, int(s.Lengths[i]))
	}
	rows, width := b.Batch*b.Steps, m.config.Output.width()
	if n := m.config.Input.Features; n > 0 {
		b.Features = tensor.Grow(b.Features, rows*n)
		spread(b.Features, s.Features, chosen, s.starts, s.Lengths, n)
	} else {
		b.Inputs = growIDs(b.Inputs, rows)
		spread(b.Inputs, s.Inputs, chosen, s.starts, s.Lengths, 1)
	}
	every := m.config.Readout == Every
	switch {
	case m.config.ownTargets():
		s.gatherWritten(chosen)
	case m.config.Output.Classes > 0 && every:
		b.Targets = growIDs(b.Targets, rows)
		spread(b.Targets, s.Targets, chosen, s.starts, s.Lengths, 1)
	case m.config.Output.Classes > 0:
		b.Targets = b.Targets[:0]
		for _, i := range chosen {
			b.Targets = append(b.Targets, s.Targets[i])
		}
	case every:
		b.TargetValues = tensor.Grow(b.TargetValues, rows*width)
		spread(b.TargetValues, s.TargetValues, chosen, s.starts, s.Lengths, width)
	default:
		b.TargetValues = b.TargetValues[:0]
		for _, i := range chosen {
			b.TargetValues = append(b.TargetValues, s.TargetValues[i*width:(i+1)*width]...)
		}
	}
	return *b
}

// gatherWritten adds the targets of their own lengths.
func (s *Sequences) gatherWritten(chosen []int) {
	b, longest := &s.batch, 1
	b.TargetLengths = b.TargetLengths[:0]
	for _, i := range chosen {
		b.TargetLengths = append(b.TargetLengths, s.TargetLengths[i])
		longest = max(longest, int(s.TargetLengths[i]))
	}
	b.Targets = growIDs(b.Targets, b.Batch*longest)
	spread(b.Targets, s.Targets, chosen, s.targetStarts, s.TargetLengths, 1)
}

// spread copies the chosen sequences of src, which lie end to end, to dst [B, T, width]; steps past a sequence's end
// become zero.
func spread[E int32 | float32](dst, src []E, chosen, starts []int, lengths []int32, width int) {
	clear(dst)
	for k, i := range chosen {
		copy(dst[k*len(dst)/len(chosen):], src[starts[i]*width:][:int(lengths[i])*width])
	}
}

// feed brings one training batch after another into a model's workspace.
type feed interface {
	// load says whether the batch goes on where the one before ended.
	load(m *Model) (goesOn bool)
	perEpoch() int
}

// windowFeed cuts windows out of one long sequence.
type windowFeed struct {
	windows interface {
		Next(inputs, targets []int32) (first bool)
		WindowsPerEpoch() int
	}
	extent  cell.Extent
	history int // steps of a window that were in the one before
}

func (f windowFeed) perEpoch() int { return f.windows.WindowsPerEpoch() }

func (f windowFeed) load(m *Model) (goesOn bool) {
	m.begin(f.extent)
	m.run.ids = growIDs(m.run.ids, f.extent.Rows())
	first := f.windows.Next(m.run.inputs, m.run.ids)
	history := f.history
	if first {
		history = 0
	}
	m.weigh(nil, history)
	return !first
}

// bucketFeed gathers whole sequences of similar length.
type bucketFeed struct {
	sequences *Sequences
	buckets   *data.Buckets
}

func (f bucketFeed) perEpoch() int { return f.buckets.PerEpoch() }

func (f bucketFeed) load(m *Model) (goesOn bool) {
	m.load(f.sequences.gather(m, f.buckets.Next()))
	return false
}

// newFeed checks the data against the model and the options.
func (m *Model) newFeed(corpus Corpus, o TrainingOptions) (feed, error) {
	if p := o.TeacherForcing; p != nil {
		if err := m.config.checkForcing("train", *p); err != nil {
			return nil, err
		}
	}
	if corpus.Sequences == nil {
		return m.newWindowFeed(corpus, o)
	}
	if err := corpus.Sequences.check(m, "data.train"); err != nil {
		return nil, err
	}
	if corpus.ValidationSequences != nil {
		if err := corpus.ValidationSequences.check(m, "data.validation"); err != nil {
			return nil, err
		}
	}
	if o.Stride > 0 {
		return nil, Errorf(CodeConfig, "train: stride is %d, but sequences are read whole; it goes with one long text", o.Stride)
	}
	longest, _ := corpus.Sequences.longest()
	if o.Steps > 0 && o.Steps < longest {
		return nil, Errorf(CodeRange, "train: steps is %d, the longest sequence has %d; sequences are read whole", o.Steps, longest)
	}
	// Held-out sequences are read in batches of the same size, and may be longer.
	for _, part := range []*Sequences{corpus.Sequences, corpus.ValidationSequences} {
		if part == nil {
			continue
		}
		longest, written := part.longest()
		if err := m.checkMemory("train", RunSize{o.Batch, longest, written, o.Recompute, o.Optimizer.Name}); err != nil {
			return nil, err
		}
	}
	return bucketFeed{corpus.Sequences, data.NewBuckets(corpus.Sequences.Lengths, o.Batch, m.batching)}, nil
}

func (m *Model) newWindowFeed(corpus Corpus, o TrainingOptions) (feed, error) {
	if m.config.Decoder != nil {
		return nil, Errorf(CodeUnsupported, "train: a decoder writes a target for every source; want a data set of sequences, not one long one")
	}
	if m.config.Loss == CTC {
		return nil, Errorf(CodeUnsupported, "train: loss %q compares whole sequences with labellings; want a data set of sequences, not one long one", CTC)
	}
	if o.Steps < 1 {
		return nil, Errorf(CodeConfig, "train: steps is missing, want the length of the BPTT window, 1 or more")
	}
	if corpus.Tokens != m.config.Input.Tokens || corpus.Tokens != m.config.Output.Classes || m.config.Readout != Every {
		return nil, Errorf(CodeShape, "train: the data has %d tokens, the model takes %d and tells %d apart; want the same number, and an output at every step",
			corpus.Tokens, m.config.Input.Tokens, m.config.Output.Classes)
	}
	if m.config.bidirectional() {
		return nil, Errorf(CodeUnsupported, "train: the model reads from both ends, so it sees the token that it is to foretell")
	}
	for _, part := range []struct {
		name string
		ids  []int32
	}{{"ids", corpus.IDs}, {"validation ids", corpus.Validation}} {
		for i, id := range part.ids {
			if id < 0 || int(id) >= corpus.Tokens {
				return nil, Errorf(CodeRange, "train: %s[%d] is %d, want 0 … %d", part.name, i, id, corpus.Tokens-1)
			}
		}
	}
	if err := m.checkMemory("train", RunSize{o.Batch, o.Steps, 0, o.Recompute, o.Optimizer.Name}); err != nil {
		return nil, err
	}
	f := windowFeed{extent: cell.Extent{Batch: o.Batch, Steps: o.Steps}, history: o.Steps - o.stride()}
	var err error
	if o.Stateful {
		f.windows, err = data.NewStreams(corpus.IDs, o.Batch, o.Steps, o.stride(), m.batching)
	} else {
		f.windows, err = data.NewWindows(corpus.IDs, o.Batch, o.Steps, m.batching)
	}
	if err != nil {
		return nil, Errorf(CodeRange, "train: %v", err)
	}
	return f, nil
}

// longest is the number of steps of the longest sequence, and of the longest target where targets have lengths of their own.
func (s *Sequences) longest() (steps, written int) {
	if len(s.TargetLengths) > 0 {
		written = int(slices.Max(s.TargetLengths))
	}
	return int(slices.Max(s.Lengths)), written
}

// heldOut batches the held-out sequences: always the same batches.
func (s *Sequences) heldOut(batch, steps int) [][]int {
	source := random.New(0, random.Batching)
	buckets := data.NewBuckets(s.Lengths, batch, source)
	var batches [][]int
	for read, n := 0, 0; n < buckets.PerEpoch() && read < steps; n++ {
		chosen := append([]int(nil), buckets.Next()...)
		for _, i := range chosen {
			read += int(s.Lengths[i])
		}
		batches = append(batches, chosen)
	}
	return batches
}
