package analysis

import (
	"math"
	"syscall/js"
	"unsafe"

	"github.com/unfold-rnn/unfold/core/analysis"
)

type answer = map[string]any

// Serve hands the functions to the host, js.Global().unfold.ready(bridge), and serves calls for ever.
func Serve() {
	table := js.Global().Get("Object").New()
	for name, call := range map[string]func(arguments []js.Value) answer{
		"info":                func([]js.Value) answer { return answer{"kernels": "portable"} },
		"spectralRadii":       spectralRadii,
		"principalComponents": principalComponents,
		"equations":           equations,
	} {
		table.Set(name, js.FuncOf(func(_ js.Value, arguments []js.Value) any { return guard(call, arguments) }))
	}
	js.Global().Get("unfold").Call("ready", table)
	select {}
}

// guard turns panics into failures.
func guard(call func([]js.Value) answer, arguments []js.Value) (result any) {
	defer func() {
		if fault := recover(); fault != nil {
			text := "a fault"
			if err, ok := fault.(error); ok {
				text = err.Error()
			} else if s, ok := fault.(string); ok {
				text = s
			}
			result = failure("ENGINE", "analysis: "+text)
		}
	}()
	return call(arguments)
}

func failure(code, message string) answer {
	return answer{"error": answer{"code": code, "message": message}}
}

// spectralRadii takes count matrices [n, n], one behind the other, and answers the spectral radius of each. One that is not finite has
// the radius NaN.
func spectralRadii(arguments []js.Value) answer {
	data, n := floats(arguments[0]), arguments[1].Int()
	if n < 1 || len(data)%(n*n) != 0 {
		return failure("SHAPE", "inspect: the matrices do not fill whole squares")
	}
	radii := make([]float64, 0, len(data)/(n*n))
	for ; len(data) > 0; data = data[n*n:] {
		radii = append(radii, analysis.SpectralRadius(data[:n*n], n))
	}
	return answer{"radii": doubles(radii)}
}

// principalComponents takes rows of width values and answers their k components.
func principalComponents(arguments []js.Value) answer {
	c, err := analysis.PrincipalComponents(floats(arguments[0]), arguments[1].Int(), arguments[2].Int())
	if err != nil {
		return failure("SHAPE", "inspect: "+err.Error())
	}
	for _, v := range c.Variance {
		if math.IsNaN(v) {
			return failure("NUMERIC", "inspect: the hidden states are not finite")
		}
	}
	return answer{"mean": doubles(c.Mean), "directions": doubles(c.Directions), "variance": doubles(c.Variance), "projected": doubles(c.Projected)}
}

func floats(v js.Value) []float32 {
	list := make([]float32, v.Length())
	if len(list) > 0 {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), 4*len(list))
		js.CopyBytesToGo(bytes, js.Global().Get("Uint8Array").New(v.Get("buffer"), v.Get("byteOffset"), v.Get("byteLength")))
	}
	return list
}

func doubles(list []float64) js.Value {
	array := js.Global().Get("Float64Array").New(len(list))
	if len(list) > 0 {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), 8*len(list))
		js.CopyBytesToJS(js.Global().Get("Uint8Array").New(array.Get("buffer")), bytes)
	}
	return array
}
