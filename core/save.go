package core

import (
	"strconv"
	"strings"

	"github.com/unfold-rnn/unfold/core/checkpoint"
	"github.com/unfold-rnn/unfold/core/checkpoint/safetensors"
	"github.com/unfold-rnn/unfold/core/optim"
	"github.com/unfold-rnn/unfold/core/random"
	"github.com/unfold-rnn/unfold/core/text"
)

// Keys of a saved model's metadata that this package reads. What else a caller gives is kept as it is.
const (
	keyConfig    = "rnn.config" // as [ParseConfig] reads it
	keyFormat    = "format"     // "pt": names and layouts are PyTorch's
	keyVersion   = "rnn.version"
	keySteps     = "rnn.steps"
	keyOptimizer = "rnn.optimizer" // name and options of the latest step, when its memory is in the file
	keyRandom    = "rnn.random."   // state of each generator
	fileVersion  = "1"
)

// optimizerPrefix stands before the names of an optimiser's tensors: optimizer.exp_avg.rnn.weight_ih_l0.
const optimizerPrefix = "optimizer."

// Save writes the model as a safetensors file that torch loads with load_state_dict, with its config and the given metadata,
// whose own rnn.config, that of the JavaScript package, stays as it is. With optimizer also the memory of the optimiser goes in, so that a loaded model trains on as this one would.
func (m *Model) Save(metadata map[string]string, optimizer bool) ([]byte, error) {
	file := checkpoint.File{Metadata: map[string]string{keyConfig: m.config.Text()}}
	for key, text := range metadata {
		file.Metadata[key] = text
	}
	file.Metadata[keyFormat], file.Metadata[keyVersion] = "pt", fileVersion
	file.Metadata[keySteps] = strconv.Itoa(m.steps)
	for name, source := range m.sources() {
		file.Metadata[keyRandom+name] = text.Hex(source.State())
	}
	for _, t := range m.Weights() {
		if i := firstNonFinite(t.Data); i >= 0 {
			return nil, Errorf(CodeNumeric, "save: %s[%d] is %v", t.Name, i, t.Data[i])
		}
		file.Tensors = append(file.Tensors, checkpoint.Tensor{Name: t.Name, Shape: t.Shape, Data: t.Data})
	}
	if rule, steps, moments := m.optimizer.State(); optimizer && rule != "" {
		file.Metadata[keyOptimizer] = m.describeOptimizer(steps)
		for name, arena := range moments {
			for _, t := range tensors(arena) {
				file.Tensors = append(file.Tensors, checkpoint.Tensor{Name: optimizerPrefix + name + "." + t.Name, Shape: t.Shape, Data: t.Data})
			}
		}
	}
	bytes, err := safetensors.Write(file)
	if err != nil {
		return nil, Errorf(CodeFormat, "save: %v", err)
	}
	return bytes, nil
}

// sources are the model's generators by name.
func (m *Model) sources() map[string]*random.Source {
	list := map[string]*random.Source{"sampling": m.sampling, "batching": m.batching, "forcing": m.forcing}
	if !m.config.jordan() {
		list["dropout"] = m.dropping
	}
	return list
}

// optimizerNumbers are the options that a file keeps, by their names in JavaScript.
func optimizerNumbers(o *optim.Options) []struct {
	name  string
	value *float64
} {
	return []struct {
		name  string
		value *float64
	}{
		{"learningRate", &o.LearningRate}, {"beta1", &o.Beta1}, {"beta2", &o.Beta2}, {"alpha", &o.Alpha},
		{"momentum", &o.Momentum}, {"epsilon", &o.Epsilon}, {"weightDecay", &o.WeightDecay},
		{"clipNorm", &o.ClipNorm}, {"clipValue", &o.ClipValue},
	}
}

func (m *Model) describeOptimizer(steps int) string {
	o := m.options
	text := "name=" + o.Name + " steps=" + strconv.Itoa(steps)
	for _, n := range optimizerNumbers(&o) {
		text += " " + n.name + "=" + strconv.FormatFloat(*n.value, 'g', -1, 64)
	}
	return text
}

// Metadata reads what stands beside the tensors of a saved model.
func Metadata(bytes []byte) (map[string]string, error) {
	file, err := safetensors.Read(bytes)
	if err != nil {
		return nil, Errorf(CodeFormat, "loadModel: %v", err)
	}
	return file.Metadata, nil
}

// Load makes the model that [Model.Save], here or in JavaScript, wrote: of the file's config, with its weights and, if it
// is there, the optimiser's memory.
func Load(bytes []byte) (*Model, error) {
	file, err := safetensors.Read(bytes)
	if err != nil {
		return nil, Errorf(CodeFormat, "loadModel: %v", err)
	}
	text, ok := file.Metadata[keyConfig]
	if !ok {
		return nil, Errorf(CodeFormat, "loadModel: the file has no %s; LoadAs takes the config apart from the file", keyConfig)
	}
	config, err := ParseConfig(text)
	if err != nil {
		return nil, Errorf(CodeFormat, "loadModel: %v", err)
	}
	return load(config, file)
}

// LoadAs makes a model of a config with the weights, and the optimiser's memory if it is there, of a file.
func LoadAs(config Config, bytes []byte) (*Model, error) {
	file, err := safetensors.Read(bytes)
	if err != nil {
		return nil, Errorf(CodeFormat, "loadModel: %v", err)
	}
	return load(config, file)
}

func load(config Config, file checkpoint.File) (*Model, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	var weights []Tensor
	for _, w := range m.Weights() {
		t, ok := file.Tensor(w.Name)
		if !ok {
			return nil, Errorf(CodeFormat, "loadModel: the file has no %q, which this model needs", w.Name)
		}
		weights = append(weights, Tensor{t.Name, t.Shape, t.Data})
	}
	for _, t := range file.Tensors {
		if _, ok := m.weights.Lookup(t.Name); !ok && !strings.HasPrefix(t.Name, optimizerPrefix) {
			return nil, Errorf(CodeFormat, "loadModel: the file has %q, which is not a parameter of this model", t.Name)
		}
	}
	if err := m.SetWeights(weights); err != nil {
		return nil, Errorf(CodeFormat, "loadModel: %s", strings.TrimPrefix(err.Error(), "setWeights: "))
	}
	return m, m.restore(file)
}

// restore takes steps, generators and the optimiser's memory from a file.
func (m *Model) restore(file checkpoint.File) error {
	bad := func(key string) error {
		return Errorf(CodeFormat, "loadModel: metadata %q is %.60q", key, file.Metadata[key])
	}
	if text, ok := file.Metadata[keySteps]; ok {
		steps, err := strconv.Atoi(text)
		if err != nil || steps < 0 {
			return bad(keySteps)
		}
		m.steps = steps
	}
	for name, source := range m.sources() {
		if saved, ok := file.Metadata[keyRandom+name]; ok {
			state, ok := text.Unhex(saved)
			if !ok || source.Restore(state) != nil {
				return bad(keyRandom + name)
			}
		}
	}
	text, ok := file.Metadata[keyOptimizer]
	if !ok {
		return nil
	}
	o, steps, ok := parseOptimizer(text)
	if !ok || checkOptimizer("loadModel", o) != nil {
		return bad(keyOptimizer)
	}
	m.options = o
	return m.restoreMoments(file, o.Name, steps)
}

func parseOptimizer(text string) (o optim.Options, steps int, ok bool) {
	values := map[string]string{}
	for _, field := range strings.Fields(text) {
		name, value, _ := strings.Cut(field, "=")
		values[name] = value
	}
	o, known := optim.Defaults(values["name"])
	steps, err := strconv.Atoi(values["steps"])
	ok = known && err == nil && steps >= 0
	for _, n := range optimizerNumbers(&o) {
		if value, given := values[n.name]; given {
			*n.value, err = strconv.ParseFloat(value, 64)
			ok = ok && err == nil
		}
	}
	return o, steps, ok
}

func (m *Model) restoreMoments(file checkpoint.File, rule string, steps int) error {
	moments := m.optimizer.Prepare(rule, steps, m.weights.Table)
	for name, arena := range moments {
		for _, t := range tensors(arena) {
			full := optimizerPrefix + name + "." + t.Name
			saved, ok := file.Tensor(full)
			switch {
			case !ok:
				return Errorf(CodeFormat, "loadModel: the file has no %q, which %q needs", full, rule)
			case !equal(saved.Shape, t.Shape):
				return Errorf(CodeFormat, "loadModel: %s is %v, want %v", full, saved.Shape, t.Shape)
			}
			if i := firstNonFinite(saved.Data); i >= 0 {
				return Errorf(CodeFormat, "loadModel: %s[%d] is %v, want a finite number", full, i, saved.Data[i])
			}
			copy(t.Data, saved.Data)
		}
	}
	m.optimizer.Restored()
	return nil
}
