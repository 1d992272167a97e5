package core

import (
	"slices"

	"github.com/unfold-rnn/unfold/core/cell"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/sample"
)

// GenerateOptions sets how a model goes on writing.
type GenerateOptions struct {
	Prompt      []int32 // read first; absent: one token drawn evenly from the vocabulary
	Length      int     // tokens to write, 0 or more
	Stop        []int32 // writing ends behind these tokens in a row; absent: never before Length
	Temperature float64 // 0: always the likeliest token; 1: the model's own distribution

	// What [sample.Sampler] has of the same name; zero changes nothing.
	TopK                          int
	TopP, MinP, RepetitionPenalty float64

	Seed  *uint64 // of the draws; absent: from the model's own generator
	State State   // where reading begins; absent: the initial state of the config
}

// Generation writes token after token. Training may go on in between: each token comes from the weights as they
// are then.
type Generation struct {
	model   *Model
	sampler sample.Sampler
	left    int
	stop    []int32
	tail    []int32 // the latest tokens, as many as stop has
	unread  []int32 // tokens that the network has not read yet
	state   carried
}

// promptWindow is the number of prompt tokens read at a time.
const promptWindow = 256

// Generate begins to write. Input and output must share one vocabulary.
func (m *Model) Generate(o GenerateOptions) (*Generation, error) {
	if m.config.Decoder != nil {
		return nil, Errorf(CodeUnsupported, "generate: the model writes a target from a whole source; decode does that")
	}
	if m.config.Loss == CTC {
		return nil, Errorf(CodeUnsupported, "generate: loss %q labels what was read; decode does that", CTC)
	}
	if m.config.Input.Tokens == 0 || m.config.Input.Tokens != m.config.Output.Classes {
		return nil, Errorf(CodeUnsupported, "generate: the model reads %d tokens and tells %d classes apart; want one vocabulary",
			m.config.Input.Tokens, m.config.Output.Classes)
	}
	if m.config.bidirectional() {
		return nil, Errorf(CodeUnsupported, "generate: a bidirectional layer reads a sequence from its end, which generation has not written yet")
	}
	if o.Length < 0 {
		return nil, Errorf(CodeRange, "generate: length is %d, want 0 or more", o.Length)
	}
	if !finite(o.Temperature) || o.Temperature < 0 {
		return nil, Errorf(CodeRange, "generate: temperature is %v, want a finite number, 0 or above", o.Temperature)
	}
	for _, rule := range []struct {
		field string
		value float64
		ok    bool
		want  string
	}{
		{"topK", float64(o.TopK), o.TopK >= 0, "0 or more"},
		{"topP", o.TopP, o.TopP >= 0 && o.TopP <= 1, "a number in (0, 1]"},
		{"minP", o.MinP, o.MinP >= 0 && o.MinP < 1, "a number in [0, 1)"},
		{"repetitionPenalty", o.RepetitionPenalty, o.RepetitionPenalty == 0 || o.RepetitionPenalty >= 1 && finite(o.RepetitionPenalty),
			"a finite number, 1 or above"},
	} {
		if !rule.ok {
			return nil, Errorf(CodeRange, "generate: %s is %v, want %s", rule.field, rule.value, rule.want)
		}
	}
	for field, tokens := range map[string][]int32{"prompt": o.Prompt, "stop": o.Stop} {
		for i, id := range tokens {
			if id < 0 || int(id) >= m.config.Input.Tokens {
				return nil, Errorf(CodeRange, "generate: %s[%d] is %d, want 0 … %d", field, i, id, m.config.Input.Tokens-1)
			}
		}
	}
	if err := m.checkState("generate", o.State, 1); err != nil {
		return nil, err
	}
	seed := m.sampling.Uint64
	if o.Seed != nil {
		seed = func() uint64 { return *o.Seed }
	}
	g := &Generation{model: m, left: o.Length, stop: o.Stop, unread: append([]int32(nil), o.Prompt...)}
	g.sampler = sample.Sampler{
		Temperature: o.Temperature, TopK: o.TopK, TopP: o.TopP, MinP: o.MinP, RepetitionPenalty: o.RepetitionPenalty,
		Source: random.New(seed(), random.Sampling),
	}
	g.sampler.See(o.Prompt...)
	if len(g.unread) == 0 {
		g.unread = []int32{int32(g.sampler.Source.Intn(m.config.Input.Tokens))}
	}
	if o.State != nil {
		for _, w := range m.stateShapes() {
			g.state = append(g.state, append([]float32(nil), o.State.named(w.Name).Data...))
		}
	}
	return g, nil
}

// Model is the model that writes.
func (g *Generation) Model() *Model { return g.model }

// Done says that all tokens were written.
func (g *Generation) Done() bool { return g.left == 0 }

// Next writes one token and gives the probability that the model, at temperature 1, had given it.
func (g *Generation) Next() (token int32, probability float64, err error) {
	if g.left == 0 {
		return 0, 0, Errorf(CodeState, "generate: all tokens were written")
	}
	logits, err := g.read()
	if err != nil {
		return 0, 0, err
	}
	drawn, probability := g.sampler.Draw(logits)
	g.left--
	g.ended(int32(drawn))
	g.unread = append(g.unread[:0], int32(drawn))
	return int32(drawn), probability, nil
}

// ended notes a token, and ends the generation when it is the last of the stop.
func (g *Generation) ended(token int32) {
	if len(g.stop) == 0 {
		return
	}
	g.tail = append(g.tail, token)
	if n := len(g.tail) - len(g.stop); n >= 0 {
		g.tail = append(g.tail[:0], g.tail[n:]...)
		if slices.Equal(g.tail, g.stop) {
			g.left = 0
		}
	}
}

// read takes in all unread tokens and returns the logits behind the last. When one window gives what is not finite, the
// generation stays as it was before that window.
func (g *Generation) read() (logits []float32, err error) {
	m := g.model
	for len(g.unread) > 0 {
		window := g.unread[:min(len(g.unread), promptWindow)]
		m.walk.plan = plan{}
		m.begin(cell.Extent{Batch: 1, Steps: len(window)})
		copy(m.run.inputs, window)
		m.resume(g.state)
		m.forward(false, func(_ cell.Extent, outputs []float32) { logits = outputs })
		logits = logits[len(logits)-m.config.Output.Classes:]
		if firstNonFinite(logits) >= 0 || !m.finiteState() {
			return nil, Errorf(CodeNumeric, "generate: %s, counted from the first token of %d; want finite numbers: the weights are too large",
				m.firstBad(false), len(window))
		}
		m.keep(&g.state)
		g.unread = append(g.unread[:0], g.unread[len(window):]...)
	}
	return logits, nil
}
