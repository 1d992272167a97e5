// Command probe is the engine with faults and a gauge built in, for the tests of what a host does when it dies and of
// what it holds on to: the real bridge, whose forward does what the number of steps of the batch asks for.
//
//	GOOS=js GOARCH=wasm go build -o build/tests/probe.wasm ./tests/probe
package main

import (
	"os"
	"runtime"
	"syscall/js"
	"time"

	"github.com/unfold-rnn/unfold/jsbridge"
)

// What a batch of so many steps brings about.
const (
	panics         = 101 // a Go panic in the call
	exits          = 102 // os.Exit(3) in the call
	traps          = 103 // a kernel reads outside the memory
	recurses       = 104 // the stack is used up
	panicsLater    = 105 // the call is answered, a goroutine panics 20 ms after
	exitsLater     = 106 // the call is answered, the program ends 20 ms after with a timer pending
	answersNothing = 107 // undefined comes back, as after a panic that nobody saw
	measures       = 108 // outputs are the live heap in KiB and the number of allocations so far
)

// Just below 4 GiB: beyond every memory that a test has.
const outside = 0xffff_0000

// A kernel as core/kernel imports it, without the checks that keep it inside its slices.
//
//go:wasmimport unfold sum_squares
func sumSquares(x uint32, n int32) float64

func main() {
	scope := js.Global().Get("unfold")
	ready := scope.Get("ready")
	scope.Set("ready", js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		bridge := arguments[0]
		bridge.Set("forward", wrap(bridge.Get("forward")))
		return ready.Invoke(bridge)
	}))
	jsbridge.Serve()
}

func wrap(forward js.Value) js.Func {
	return js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		switch arguments[1].Get("shape").Index(1).Int() {
		case panics:
			panic("planned fault")
		case exits:
			os.Exit(3)
		case traps:
			sumSquares(outside, 1<<20)
		case recurses:
			return deep(0)
		case panicsLater:
			go func() {
				time.Sleep(20 * time.Millisecond)
				panic("planned fault, later")
			}()
		case exitsLater:
			go func() { time.Sleep(time.Minute) }()
			go func() {
				time.Sleep(20 * time.Millisecond)
				os.Exit(3)
			}()
		case answersNothing:
			return js.Undefined()
		case measures:
			return gauge()
		}
		list := make([]any, len(arguments))
		for i, argument := range arguments {
			list[i] = argument
		}
		return forward.Invoke(list...)
	})
}

func gauge() any {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	data := js.Global().Get("Int32Array").New(2)
	data.SetIndex(0, int(stats.HeapAlloc>>10))
	data.SetIndex(1, int(stats.Mallocs))
	return map[string]any{
		"outputs": map[string]any{"shape": []any{2}, "data": data},
		"state":   map[string]any{},
	}
}

func deep(n int) int {
	var room [1024]byte
	room[n%len(room)] = byte(n)
	return deep(n+1) + int(room[(n+1)%len(room)])
}
