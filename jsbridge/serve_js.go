package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

// bridge is the engine's side of the table: the models and generations that JavaScript holds by number.
type bridge struct {
	next        int
	models      map[int]*entry
	generations map[int]*core.Generation
}

// entry is one model with the run that is training it, if any.
type entry struct {
	model    *core.Model
	training *core.Training
	stepper  *core.Stepper
	slice    slice
	latest   [3]int // batch, steps and recompute of the latest training step: others make the workspace grow
}

// grown makes room after a call whose workspace may be larger than those before.
func (e *entry) grown(batch, steps, recompute int) {
	size := [3]int{batch, steps, recompute}
	if e.latest == size {
		return
	}
	e.latest = size
	makeRoom()
}

// Serve hands the functions to the host, js.Global().unfold.ready(bridge), and serves calls for ever.
func Serve() {
	b := &bridge{models: map[int]*entry{}, generations: map[int]*core.Generation{}}
	served = b
	js.Global().Get("unfold").Call("ready", b.table())
	select {}
}

// answer is what a function gives back: the fields of a plain object.
type answer = map[string]any

func (b *bridge) table() js.Value {
	table := js.Global().Get("Object").New()
	for name, call := range map[string]func(arguments []js.Value) (answer, error){
		"info":           func([]js.Value) (answer, error) { return answer{"kernels": core.Kernels()}, nil },
		"create":         b.create,
		"load":           b.load,
		"metadata":       b.metadata,
		"save":           b.save,
		"dispose":        b.dispose,
		"memory":         b.memory,
		"estimateMemory": b.estimateMemory,
		"forward":        b.forward,
		"decode":         b.decode,
		"gradients":      b.gradients,
		"trainStep":      b.trainStep,
		"step":           b.step,
		"stepOpen":       b.stepOpen,
		"inspect":        b.inspect,
		"weights":        b.weights,
		"setWeights":     b.setWeights,
		"trainBegin":     b.trainBegin,
		"trainFault":     b.trainFault,
		"trainSet":       b.trainSet,
		"trainEnd":       b.trainEnd,
		"generateBegin":  b.generateBegin,
		"generateNext":   b.generateNext,
		"generateEnd":    b.generateEnd,
	} {
		// These functions live as long as the program: there is one table, and nothing to release.
		table.Set(name, js.FuncOf(func(_ js.Value, arguments []js.Value) any { return guard(call, arguments) }))
	}
	return table
}

// guard turns errors, and panics that are left, into coded failures. Four arguments are always there, undefined
// where the host gave fewer.
func guard(call func([]js.Value) (answer, error), arguments []js.Value) (result any) {
	defer func() {
		if fault := recover(); fault != nil {
			result = failure(core.Errorf(core.CodeEngine, "engine: %v", fault), nil)
		}
	}()
	crossed.add(callGarbage)
	crossed.collect()
	for len(arguments) < 4 {
		arguments = append(arguments, js.Undefined())
	}
	fields, err := call(arguments)
	if err != nil {
		return failure(err, fields)
	}
	if fields == nil {
		fields = answer{}
	}
	return fields
}

func failure(err error, fields answer) answer {
	code, message := core.CodeEngine, err.Error()
	if coded, ok := err.(*core.Error); ok {
		code = coded.Code
	}
	if fields == nil {
		fields = answer{}
	}
	fields["error"] = answer{"code": string(code), "message": message}
	return fields
}

// entry finds a model by its number.
func (b *bridge) entry(v js.Value) (*entry, error) {
	if v.Type() == js.TypeNumber {
		if e, ok := b.models[v.Int()]; ok {
			return e, nil
		}
	}
	return nil, core.Errorf(core.CodeState, "there is no model %s; it was disposed", describe(v))
}
