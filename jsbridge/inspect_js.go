package jsbridge

import (
	"strconv"
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

// inspect answers what happens inside a network: of each aspect an object of named tensors.
func (b *bridge) inspect(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	input, err := e.batch("inspect", arguments[1], arguments[3])
	if err != nil {
		return nil, err
	}
	o, err := inspectOptions(arguments[2])
	if err != nil {
		return nil, err
	}
	seen, err := e.model.Inspect(input, o)
	if err != nil {
		return nil, err
	}
	fields := answer{}
	if input.Targets != nil || input.TargetValues != nil {
		fields["loss"] = seen.Loss
	}
	for _, a := range o.Aspects {
		switch a {
		case core.Activations:
			fields["activations"] = tensorsOut(seen.Activations)
		case core.Gates:
			fields["gates"] = tensorsOut(seen.Gates)
		case core.Gradients:
			fields["gradients"] = tensorsOut(seen.Gradients)
		case core.Lag:
			fields["lag"] = tensorsOut(seen.Lag)
		case core.Shares:
			fields["shares"], fields["norms"] = tensorsOut(seen.Shares), tensorsOut(seen.Norms)
		case core.Jacobian:
			fields["jacobian"] = tensorsOut(seen.Jacobian)
		}
	}
	return fields, nil
}

// inspectOptions reads { what, at }.
func inspectOptions(v js.Value) (core.InspectOptions, error) {
	const where = "inspect"
	var options core.InspectOptions
	o := readOptions(where, "", v)
	what, at := o.get("what"), o.get("at")
	if err := o.done(); err != nil {
		return options, err
	}
	if !js.Global().Get("Array").Call("isArray", what).Bool() {
		return options, core.Errorf(core.CodeConfig, "%s: what is %s, want an array of names", where, describe(what))
	}
	for i := range what.Length() {
		name := what.Index(i)
		if name.Type() != js.TypeString {
			return options, core.Errorf(core.CodeConfig, "%s: what[%s] is %s, want a name", where, strconv.Itoa(i), describe(name))
		}
		options.Aspects = append(options.Aspects, core.Aspect(name.String()))
	}
	var err error
	if !at.IsUndefined() {
		options.At, err = ids(where, "at", at)
	}
	return options, err
}
