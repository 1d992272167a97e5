package core

import (
	"strconv"
	"strings"

	"github.com/unfold-rnn/unfold/core/cell"
)

// ParseConfig reads a config from the JSON that the JavaScript package has for it and that a saved model carries as
// rnn.config:
//
//	{"input":{"tokens":65},"layers":[{"cell":"lstm","hidden":128}],"output":{"classes":65},"seed":7}
//
// It takes exactly the options of a ModelConfig: an unknown, repeated or ill-typed one is refused, and so is one that
// belongs to another cell. Nothing nests deeper than a config does, so no depth of brackets can exhaust the stack.
func ParseConfig(text string) (Config, error) {
	var c Config
	r := configReader{text: text}
	r.object("", map[string]func(path string){
		"input":     func(path string) { c.Input.Tokens, c.Input.Features, _ = r.oneOf(path, "tokens", "features", "") },
		"embedding": func(path string) { c.Embedding = r.count(path) },
		"layers":    func(path string) { r.array(path, func(path string) { c.Layers = append(c.Layers, r.layer(path)) }) },
		"readout":   func(path string) { c.Readout = Readout(r.word(path)) },
		"output": func(path string) {
			c.Output.Classes, c.Output.Values, c.Output.Labels = r.oneOf(path, "classes", "values", "labels")
		},
		"loss":         func(path string) { c.Loss = r.word(path) },
		"decoder":      func(path string) { c.Decoder = r.decoder(path) },
		"initialState": func(path string) { c.InitialState = InitialState(r.word(path)) },
		"seed":         func(path string) { c.Seed = r.whole(path) },
	})
	if r.space(); r.err == nil && r.at < len(text) {
		r.failf("byte %d: more behind the config's '}'", r.at)
	}
	if r.err != nil {
		return Config{}, r.err
	}
	c = c.withDefaults()
	return c, c.validate()
}

func (r *configReader) decoder(path string) *Decoder {
	var d Decoder
	r.object(path, map[string]func(path string){
		"layers":    func(path string) { r.array(path, func(path string) { d.Layers = append(d.Layers, r.layer(path)) }) },
		"embedding": func(path string) { d.Embedding = r.count(path) },
		"attention": func(path string) { d.Attention = cell.Score(r.word(path)) },
		"units":     func(path string) { d.Units = r.count(path) },
		"begin":     func(path string) { d.Begin = int(min(r.whole(path), largestExtent)) },
		"end":       func(path string) { d.End = int(min(r.whole(path), largestExtent)) },
	})
	return &d
}

func (r *configReader) layer(path string) (l Layer) {
	given := r.object(path, map[string]func(path string){
		"cell":          func(path string) { l.Cell = Cell(r.word(path)) },
		"hidden":        func(path string) { l.Hidden = r.count(path) },
		"activation":    func(path string) { l.Activation = Activation(r.word(path)) },
		"recurrence":    func(path string) { l.Recurrence = Recurrence(r.word(path)) },
		"resetAfter":    func(path string) { l.ResetBefore = !r.boolean(path) },
		"bidirectional": func(path string) { l.Bidirectional = r.boolean(path) },
		"merge":         func(path string) { l.Merge = cell.Merge(r.word(path)) },
		"dropout":       func(path string) { l.Dropout = r.number(path) },
		"layerNorm":     func(path string) { l.LayerNorm = r.boolean(path) },
		"init":          func(path string) { l.Init = Init(r.word(path)) },
	})
	for option, belongs := range map[string]bool{
		"activation": l.Cell == Elman, "recurrence": l.Cell == Elman, "resetAfter": l.Cell == GRU, "merge": l.Bidirectional,
	} {
		if given[option] && !belongs {
			r.failf("%s.%s does not belong to this layer", path, option)
		}
	}
	return l
}

// oneOf reads an object of counts, of which validate wants exactly one to be there.
func (r *configReader) oneOf(path, a, b, c string) (x, y, z int) {
	members := map[string]func(path string){
		a: func(path string) { x = r.count(path) },
		b: func(path string) { y = r.count(path) },
	}
	if c != "" {
		members[c] = func(path string) { z = r.count(path) }
	}
	r.object(path, members)
	return x, y, z
}

// Text is the config as [ParseConfig] and the JavaScript package read it. Options at their defaults are left out, and so
// is a seed above 2^53, which JavaScript has no number for: a saved model carries its generators themselves.
func (c Config) Text() string {
	c = c.withDefaults()
	w := configWriter{}
	w.begin("")
	w.begin("input")
	w.count("tokens", c.Input.Tokens)
	w.count("features", c.Input.Features)
	w.end()
	w.count("embedding", c.Embedding)
	w.list("layers", len(c.Layers), func(k int) { w.layer(c.Layers[k]) })
	w.word("readout", string(c.Readout), string(Every))
	w.begin("output")
	w.count("classes", c.Output.Classes)
	w.count("values", c.Output.Values)
	w.count("labels", c.Output.Labels)
	w.end()
	w.word("loss", c.Loss, "")
	if c.Decoder != nil {
		w.decoder(c.Decoder)
	}
	w.word("initialState", string(c.InitialState), string(ZeroState))
	if c.Seed <= 1<<53 {
		w.count("seed", int(c.Seed))
	}
	w.end()
	return w.String()
}

func (w *configWriter) decoder(d *Decoder) {
	w.begin("decoder")
	w.list("layers", len(d.Layers), func(k int) { w.layer(d.Layers[k]) })
	w.count("embedding", d.Embedding)
	w.word("attention", string(d.Attention), string(NoAttention))
	w.count("units", d.Units)
	w.count("begin", d.Begin)
	w.count("end", d.End)
	w.end()
}

func (w *configWriter) layer(l Layer) {
	w.begin("")
	w.word("cell", string(l.Cell), "")
	w.count("hidden", l.Hidden)
	w.word("activation", string(l.Activation), string(Tanh))
	w.word("recurrence", string(l.Recurrence), string(FromHidden))
	if l.ResetBefore {
		w.key("resetAfter")
		w.WriteString("false")
	}
	w.truth("bidirectional", l.Bidirectional)
	w.word("merge", string(l.Merge), string(cell.Concat))
	if l.Dropout > 0 {
		w.key("dropout")
		w.WriteString(strconv.FormatFloat(l.Dropout, 'g', -1, 64))
	}
	w.truth("layerNorm", l.LayerNorm)
	w.word("init", string(l.Init), string(PyTorch))
	w.end()
}

// configWriter writes the members of objects, leaving out what need not be said.
type configWriter struct {
	strings.Builder
	follows bool // a member stands before the next
}

func (w *configWriter) key(name string) {
	if w.follows {
		w.WriteByte(',')
	}
	w.follows = true
	if name != "" {
		w.WriteString(strconv.Quote(name) + ":")
	}
}

func (w *configWriter) begin(name string) {
	if name != "" || w.follows {
		w.key(name)
	}
	w.WriteByte('{')
	w.follows = false
}

func (w *configWriter) end() {
	w.WriteByte('}')
	w.follows = true
}

func (w *configWriter) count(name string, n int) {
	if n != 0 {
		w.key(name)
		w.WriteString(strconv.Itoa(n))
	}
}

func (w *configWriter) word(name, word, usual string) {
	if word != usual {
		w.key(name)
		w.WriteString(strconv.Quote(word))
	}
}

func (w *configWriter) truth(name string, truth bool) {
	if truth {
		w.key(name)
		w.WriteString("true")
	}
}

func (w *configWriter) list(name string, n int, element func(k int)) {
	w.key(name)
	w.WriteByte('[')
	w.follows = false
	for k := range n {
		element(k)
	}
	w.WriteByte(']')
	w.follows = true
}
