package jsbridge

import (
	"strconv"
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/cell"
)

// layers reads an array of LayerConfig.
func layers(where, path string, v js.Value) (list []core.Layer, err error) {
	if !js.Global().Get("Array").Call("isArray", v).Bool() {
		return nil, core.Errorf(core.CodeConfig, "%s: %s is %s, want an array of layers", where, path, describe(v))
	}
	for k := range v.Length() {
		l, err := layer(where, path+"["+strconv.Itoa(k)+"].", v.Index(k))
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

// decoder reads a DecoderConfig; undefined is none.
func decoder(where string, v js.Value) (*core.Decoder, error) {
	if v.IsUndefined() {
		return nil, nil
	}
	o := readOptions(where, "decoder.", v)
	list := o.get("layers")
	d := &core.Decoder{
		Embedding: o.integer("embedding", 1, 0),
		Attention: cell.Score(o.choice("attention", "none", []string{"none", "additive", "multiplicative"})),
		Units:     o.integer("units", 1, 0),
		Begin:     o.integer("begin", 0, 0),
		End:       o.integer("end", 0, 0),
	}
	if err := o.done(); err != nil {
		return nil, err
	}
	var err error
	d.Layers, err = layers(where, "decoder.layers", list)
	return d, err
}

// decode writes targets. They cross end to end: tokens, and for each target its length and its log probability, for each
// sequence the number of its targets.
func (b *bridge) decode(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := batch("decode", arguments[1], e.model.Config())
	if err != nil {
		return nil, err
	}
	options, err := decodeOptions(arguments[2])
	if err != nil {
		return nil, err
	}
	results, err := e.model.Decode(input, options)
	if err != nil {
		return nil, err
	}
	var tokens, lengths, counts []int32
	var logs []float64
	for _, list := range results {
		counts = append(counts, int32(len(list)))
		for _, d := range list {
			tokens, lengths, logs = append(tokens, d.Tokens...), append(lengths, int32(len(d.Tokens))), append(logs, d.LogProbability)
		}
	}
	crossed.add(len(bytesOf(tokens)) + len(bytesOf(lengths)) + len(bytesOf(logs)))
	e.grown(input.Batch, input.Steps, 0)
	return answer{
		"tokens": copyOut("Int32Array", tokens), "lengths": copyOut("Int32Array", lengths),
		"logProbabilities": copyOut("Float64Array", logs), "counts": copyOut("Int32Array", counts),
	}, nil
}

func decodeOptions(v js.Value) (core.DecodeOptions, error) {
	if v.IsUndefined() {
		return core.DecodeOptions{}, nil
	}
	o := readOptions("decode", "", v)
	d := core.DecodeOptions{Beam: o.integer("beam", 1, 0), Length: o.integer("length", 1, 0), LengthPenalty: o.number("lengthPenalty", 0)}
	return d, o.done()
}
