package jsbridge

import (
	"syscall/js"
	"unsafe"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/clock"
)

// Two calls are made so often that what js.FuncOf costs, some microseconds and garbage, would be a good part of them: a time step,
// and a slice of training. They are exports of the module instead, take and give numbers, and leave what is more than a number in
// memory that the host reads in place. Like all calls they only compute: an export must never wait for the event loop.

// served is the bridge behind the exports.
var served *bridge

// Results of ExportStep.
const (
	stepped    = 1 // the floats of the stepper hold output and state
	notStepped = 0 // the bridge's step says why
	panicked   = -1
)

// stepOpen prepares a model for ExportStep and answers where its floats stand.
func (b *bridge) stepOpen(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	s, err := e.model.NewStepper()
	if err != nil {
		return nil, err
	}
	e.stepper = s
	state := js.Global().Get("Array").New()
	for _, slot := range s.State {
		state.Call("push", js.ValueOf(answer{"name": slot.Name, "width": slot.Width}))
	}
	return answer{"address": address(s.Floats), "features": s.Features, "state": state, "outputs": s.Outputs}, nil
}

// address is where a slice stands in linear memory. The heap does not move; the slice must be kept alive.
func address[E element](s []E) int { return int(uintptr(unsafe.Pointer(unsafe.SliceData(s)))) }

// ExportStep takes one time step of a model whose steps were opened: [stepped], [notStepped] or [panicked].
//
//go:wasmexport unfold_step
func ExportStep(model, token, resumed int32) (result int32) {
	defer func() {
		if recover() != nil {
			result = panicked
		}
	}()
	e := served.models[int(model)]
	if e == nil || e.stepper == nil || !e.stepper.Step(token, resumed != 0) {
		return notStepped
	}
	return stepped
}

// progressRows is how many records of training steps the shared memory holds; a slice ends when it is full.
const progressRows = 1024

// slice is what a slice of training leaves for the host.
type slice struct {
	rows  []float64 // [progressRows, progressFields]
	fault error     // why the run ended, told by trainFault
}

// Flags in the result of ExportSlice, above which the number of rows stands.
const (
	sliceDone    = 1
	sliceFaulted = 2
	sliceShift   = 2
)

// ExportSlice works for about so many milliseconds: the records of the steps that were finished stand in the shared memory, their
// number and the flags are the result; or [panicked].
//
//go:wasmexport unfold_slice
func ExportSlice(model int32, milliseconds float64) (result int32) {
	defer func() {
		if recover() != nil {
			result = panicked
		}
	}()
	e := served.models[int(model)]
	if e == nil || e.training == nil {
		return sliceFaulted
	}
	crossed.collect()
	rows := e.advance(clock.Now() + milliseconds/1000)
	o := e.training.Sizes()
	e.grown(o.Batch, o.Steps, 0)
	result = int32(rows) << sliceShift
	if e.training.Done() {
		result |= sliceDone
	}
	if e.slice.fault != nil {
		result |= sliceFaulted
	}
	if result&(sliceDone|sliceFaulted) != 0 {
		e.end()
	}
	return result
}

// advance does pieces of work until the time is over, and counts the records of finished steps in the shared memory.
func (e *entry) advance(until float64) (rows int) {
	t := e.training
	for !t.Done() && rows < progressRows {
		p, ok, err := t.Advance()
		if err != nil {
			e.slice.fault = err
			return rows
		}
		if ok {
			copy(e.slice.rows[rows*progressFields:], []float64{
				float64(p.Step), float64(p.Epoch), p.Loss, p.ValidationLoss, p.GradNorm, p.LearningRate, p.TokensPerSecond,
			})
			rows++
		}
		if clock.Now() >= until {
			return rows
		}
	}
	return rows
}

// trainFault tells why the latest slice ended a run.
func (b *bridge) trainFault(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	if e.slice.fault != nil {
		return nil, e.slice.fault
	}
	return nil, core.Errorf(core.CodeState, "train: the model is not training")
}
