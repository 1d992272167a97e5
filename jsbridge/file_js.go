package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

// save answers the bytes of a model file. The host gives what it knows of the model as metadata, name by name.
func (b *bridge) save(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	o := readOptions("save", "", arguments[1])
	format, optimizer := o.choice("format", "safetensors", []string{"safetensors", "onnx"}), o.boolean("optimizer", false)
	if err := o.done(); err != nil {
		return nil, err
	}
	if format == "onnx" {
		return nil, core.Errorf(core.CodeUnsupported, `save: format "onnx" is not supported yet; "safetensors" works`)
	}
	metadata := map[string]string{}
	keys := js.Global().Get("Object").Call("keys", arguments[2])
	for i := range keys.Length() {
		key := keys.Index(i).String()
		metadata[key] = arguments[2].Get(key).String()
	}
	file, err := e.model.Save(metadata, optimizer)
	if err != nil {
		return nil, err
	}
	crossed.add(2 * len(file))
	bytes := js.Global().Get("Uint8Array").New(len(file))
	js.CopyBytesToJS(bytes, file)
	return answer{"file": bytes}, nil
}

func fileBytes(v js.Value) ([]byte, error) {
	if v.Type() != js.TypeObject || !v.InstanceOf(js.Global().Get("Uint8Array")) {
		return nil, core.Errorf(core.CodeConfig, "loadModel: the file is %s, want bytes", describe(v))
	}
	file := make([]byte, v.Length())
	js.CopyBytesToGo(file, v)
	crossed.add(len(file))
	return file, nil
}

// metadata answers what stands beside the tensors of a file.
func (b *bridge) metadata(arguments []js.Value) (answer, error) {
	file, err := fileBytes(arguments[0])
	if err != nil {
		return nil, err
	}
	texts, err := core.Metadata(file)
	if err != nil {
		return nil, err
	}
	out := js.Global().Get("Object").New()
	for key, text := range texts {
		if key != "__proto__" {
			out.Set(key, text)
		}
	}
	return answer{"metadata": out}, nil
}

// load makes a model from a config, which the host read from the file's metadata, and the file.
func (b *bridge) load(arguments []js.Value) (answer, error) {
	c, err := config(arguments[0])
	if err != nil {
		return nil, core.Errorf(core.CodeFormat, "loadModel: the file's rnn.config does not fit: %v", err)
	}
	file, err := fileBytes(arguments[1])
	if err != nil {
		return nil, err
	}
	m, err := core.LoadAs(c, file)
	if err != nil {
		return nil, err
	}
	b.next++
	b.models[b.next] = &entry{model: m}
	return answer{"model": b.next, "step": m.Steps()}, nil
}
