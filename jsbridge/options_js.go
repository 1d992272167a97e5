package jsbridge

import (
	"math"
	"strconv"
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

// options reads one plain object of the host by name. The first thing that is wrong is kept; [options.done] gives
// it, or the first name that nothing asked for.
type options struct {
	where string // the call, for messages: "createModel"
	path  string // of this object within the call's options: "layers[0]."
	value js.Value
	known []string
	err   *core.Error
}

func readOptions(where, path string, value js.Value) *options {
	o := &options{where: where, path: path, value: value}
	if value.Type() != js.TypeObject || isList(value) {
		what := path
		if what == "" {
			what = "its options"
		}
		o.err = core.Errorf(core.CodeConfig, "%s: %s is %s, want an object", where, trimDot(what), describe(value))
		o.value = js.Global().Get("Object").New()
	}
	return o
}

// isList tells an array, plain or typed, whose methods must not be taken for options: output: [] has "values".
func isList(v js.Value) bool {
	return js.Global().Get("Array").Call("isArray", v).Bool() || js.Global().Get("ArrayBuffer").Call("isView", v).Bool()
}

func trimDot(path string) string {
	if n := len(path); n > 0 && path[n-1] == '.' {
		return path[:n-1]
	}
	return path
}

// fail keeps the first fault of a named option.
func (o *options) fail(code core.Code, name, format string, arguments ...any) {
	o.refuse(code, "%s: %s%s "+format, append([]any{o.where, o.path, name}, arguments...)...)
}

// refuse keeps the first fault.
func (o *options) refuse(code core.Code, format string, arguments ...any) {
	if o.err == nil {
		o.err = core.Errorf(code, format, arguments...)
	}
}

// get notes the name as known and gives its value; absent is undefined.
func (o *options) get(name string) js.Value {
	o.known = append(o.known, name)
	return o.value.Get(name)
}

func (o *options) has(name string) bool { return !o.value.Get(name).IsUndefined() }

// integer reads an integer, at least low; absent gives the fallback.
func (o *options) integer(name string, low, fallback int) int {
	v := o.get(name)
	if v.IsUndefined() {
		return fallback
	}
	if v.Type() != js.TypeNumber || v.Float() != math.Trunc(v.Float()) || math.IsInf(v.Float(), 0) {
		o.fail(core.CodeConfig, name, "is %s, want an integer", describe(v))
		return fallback
	}
	if math.Abs(v.Float()) >= 1<<53 {
		o.fail(core.CodeRange, name, "is %s, want an integer below 2^53, which a number holds exactly", describe(v))
		return fallback
	}
	if n := int(v.Float()); n >= low {
		return n
	}
	o.fail(core.CodeRange, name, "is %s, want %d or more", describe(v), low)
	return fallback
}

// required reads an integer that must be there.
func (o *options) required(name string, low int) int {
	if !o.has(name) {
		o.known = append(o.known, name)
		o.fail(core.CodeConfig, name, "is missing, want an integer, %d or more", low)
		return low
	}
	return o.integer(name, low, low)
}

// count reads a number of repetitions, at least 1; absent and Infinity give 0, which stands for no bound.
func (o *options) count(name string) int {
	if v := o.value.Get(name); v.Type() == js.TypeNumber && math.IsInf(v.Float(), 1) {
		o.known = append(o.known, name)
		return 0
	}
	return o.integer(name, 1, 0)
}

func (o *options) number(name string, fallback float64) float64 {
	v := o.get(name)
	if v.IsUndefined() {
		return fallback
	}
	if v.Type() != js.TypeNumber {
		o.fail(core.CodeConfig, name, "is %s, want a number", describe(v))
		return fallback
	}
	return v.Float()
}

func (o *options) boolean(name string, fallback bool) bool {
	v := o.get(name)
	if v.IsUndefined() {
		return fallback
	}
	if v.Type() != js.TypeBoolean {
		o.fail(core.CodeConfig, name, "is %s, want true or false", describe(v))
		return fallback
	}
	return v.Bool()
}

// choice reads one of the words; absent gives the fallback, or is a fault where that is "".
func (o *options) choice(name, fallback string, words []string) string {
	v := o.get(name)
	if v.IsUndefined() {
		if fallback == "" {
			o.fail(core.CodeConfig, name, "is missing, want one of %q", words)
		}
		return fallback
	}
	if v.Type() == js.TypeString && contains(words, v.String()) {
		return v.String()
	}
	o.fail(core.CodeConfig, name, "is %s, want one of %q", describe(v), words)
	return fallback
}

// done gives the first fault. An unknown name comes before everything else: the other faults may follow from it.
func (o *options) done() error {
	keys := js.Global().Get("Object").Call("keys", o.value)
	for i := range keys.Length() {
		name := keys.Index(i).String()
		if contains(o.known, name) {
			continue
		}
		if best := nearest(name, o.known); best != "" {
			return core.Errorf(core.CodeConfig, "%s: %q is not an option; did you mean %q?", o.where, o.path+name, best)
		}
		return core.Errorf(core.CodeConfig, "%s: %q is not an option; want one of %q", o.where, o.path+name, o.known)
	}
	if o.err != nil {
		return o.err
	}
	return nil
}

func contains(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}

// describe shows a value in a message: short, and never a whole text or tensor.
func describe(v js.Value) string {
	switch v.Type() {
	case js.TypeNumber:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case js.TypeString:
		s := v.String()
		if len(s) > 40 {
			s = s[:40] + "…"
		}
		return strconv.Quote(s)
	case js.TypeBoolean:
		return strconv.FormatBool(v.Bool())
	case js.TypeUndefined:
		return "missing"
	case js.TypeNull:
		return "null"
	case js.TypeObject:
		if name := v.Get("constructor"); name.Type() == js.TypeFunction {
			return "of type " + name.Get("name").String()
		}
		return "an object"
	}
	return "a " + v.Type().String()
}
