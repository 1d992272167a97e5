package core

import (
	"strconv"

	"github.com/unfold-rnn/unfold/core/loss"
)

// CTC is the [Config.Loss] of connectionist temporal classification: targets are labellings of their own length, of no
// more labels than the source has steps, and class 0 is the blank. See [loss.CTC].
const CTC = "ctc"

// ownTargets says whether targets have lengths of their own.
func (c Config) ownTargets() bool { return c.Decoder != nil || c.Loss == CTC }

func (c Config) validateLoss() error {
	switch {
	case c.Loss == "":
		return nil
	case c.Loss != CTC:
		return Errorf(CodeConfig, "config: loss is %q, want %q, or none for that of the output", c.Loss, CTC)
	case c.Decoder != nil:
		return Errorf(CodeConfig, "config: loss %q goes without a decoder; want one of the two", CTC)
	case c.Output.Classes < 2:
		return Errorf(CodeConfig, "config: loss %q tells labels and the blank, class 0, apart; want output.classes of 2 or more", CTC)
	case c.Readout == Last:
		return Errorf(CodeConfig, "config: readout is %q, but loss %q reads an output at every step; want %q", Last, CTC, Every)
	case c.jordan():
		return Errorf(CodeUnsupported, "config: recurrence %q wants a target at every step to feed back; loss %q has none", FromOutput, CTC)
	}
	return nil
}

// newLoss is the loss of the config.
func (c Config) newLoss() loss.Loss {
	switch {
	case c.Loss == CTC:
		return &loss.CTC{}
	case c.Output.Values > 0:
		return &loss.SquaredError{}
	case c.Output.Labels > 0:
		return &loss.BinaryCrossEntropy{}
	}
	return &loss.CrossEntropy{}
}

// labelling is target i of a batch.
func (b Batch) labelling(i int) []int32 {
	longest := len(b.Targets) / b.Batch
	if b.TargetLengths == nil {
		return b.Targets[i*longest:][:longest]
	}
	return b.Targets[i*longest:][:b.TargetLengths[i]]
}

// checkLabellings wants targets of the right shape, without blanks, each short enough for its source.
func (m *Model) checkLabellings(where string, b Batch) error {
	if err := m.checkWritten(where, b); err != nil {
		return err
	}
	for i := range b.Batch {
		if err := wantLabelling(where, "targets["+strconv.Itoa(i)+"]", b.labelling(i), b.length(i)); err != nil {
			return err
		}
	}
	return nil
}

func wantLabelling(where, field string, labels []int32, steps int) error {
	for s, label := range labels {
		if label == loss.Blank {
			return Errorf(CodeRange, "%s: %s[%d] is %d, the blank; a labelling has none (in sequenceDataset: sequence.end false)", where, field, s, label)
		}
	}
	if need := loss.Steps(labels); need > steps {
		return Errorf(CodeRange, "%s: %s has %d labels, %d of them like the one before, and so needs %d steps; its sequence has %d",
			where, field, len(labels), need-len(labels), need, steps)
	}
	return nil
}

// loadLabellings brings the targets into the run's order. Each counts by its length, as in torch.nn.CTCLoss.
func (m *Model) loadLabellings(b Batch) {
	r := &m.run
	r.labels, r.steps, r.weights = r.labels[:0], r.steps[:0], r.weights[:0]
	for place := range b.Batch {
		labels := b.labelling(r.place(place))
		r.labels, r.steps = append(r.labels, labels), append(r.steps, r.extent.Length(place))
		r.weights = append(r.weights, 1/float32(b.Batch*max(1, len(labels))))
	}
}

// label reads the sources of a batch and gives the likeliest labellings of each. Their probabilities are those of all
// their paths, also where the search did not follow them all.
func (m *Model) label(b Batch, o DecodeOptions) ([][]Decoded, error) {
	if need := m.config.bytes() + m.config.runBytes(b.Batch, b.Steps, 0) + prefixBytes*o.Beam*b.Steps; need > MemoryLimit {
		return nil, Errorf(CodeMemory, "decode: a beam of %d over %d steps needs %s with this model, at most %s can be had; take less of either",
			o.Beam, b.Steps, megabytes(need), megabytes(MemoryLimit))
	}
	m.load(b)
	outputs, classes := m.forward(false), m.config.Output.Classes
	if i := firstNonFinite(outputs); i >= 0 {
		return nil, Errorf(CodeNumeric, "decode: an output of step %d is %v, want a finite number", i/classes/b.Batch, outputs[i])
	}
	results := make([][]Decoded, b.Batch)
	var read loss.Distributions
	var judge loss.CTC
	for place := range b.Batch {
		read.Read(outputs[place*classes:], b.Batch*classes, m.run.extent.Length(place), classes)
		found := []Decoded{{Tokens: bestPath(&read)}}
		if o.Beam > 1 {
			found = newPrefixSearch(&read, classes, o.Beam).all()
		}
		for i := range found {
			found[i].LogProbability = judge.LogProbability(&read, found[i].Tokens)
		}
		o.rank(found)
		results[m.run.place(place)] = found
	}
	return results, nil
}
