package jsbridge

import (
	"math"
	"syscall/js"
	"unsafe"

	"github.com/unfold-rnn/unfold/core"
)

// element is what typed arrays hold.
type element interface {
	~int32 | ~float32 | ~float64
}

// bytesOf views a slice's memory as bytes.
func bytesOf[E element](s []E) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// copyIn copies a typed array of the same element type.
func copyIn[E element](v js.Value) []E {
	s := make([]E, v.Length())
	crossed.add(len(bytesOf(s)))
	view := js.Global().Get("Uint8Array").New(v.Get("buffer"), v.Get("byteOffset"), v.Get("byteLength"))
	js.CopyBytesToGo(bytesOf(s), view)
	return s
}

// copyOut makes a typed array that owns its whole buffer.
func copyOut[E element](constructor string, s []E) js.Value {
	array := js.Global().Get(constructor).New(len(s))
	js.CopyBytesToJS(js.Global().Get("Uint8Array").New(array.Get("buffer")), bytesOf(s))
	return array
}

func float32Array(s []float32) js.Value { return copyOut("Float32Array", s) }

// kind names a typed array's type, or "".
func kind(v js.Value) string {
	if v.Type() != js.TypeObject {
		return ""
	}
	for _, name := range []string{"Int32Array", "Float32Array", "Float64Array"} {
		if v.InstanceOf(js.Global().Get(name)) {
			return name
		}
	}
	return ""
}

// ids reads token ids: an Int32Array, or an array of whole numbers.
func ids(where, field string, v js.Value) ([]int32, error) {
	switch kind(v) {
	case "Int32Array":
		return copyIn[int32](v), nil
	case "Float32Array":
		return wholeNumbers(where, field, copyIn[float32](v))
	case "Float64Array":
		return wholeNumbers(where, field, copyIn[float64](v))
	}
	return nil, core.Errorf(core.CodeConfig, "%s: %s is %s, want an Int32Array of ids", where, field, describe(v))
}

func wholeNumbers[E float32 | float64](where, field string, values []E) ([]int32, error) {
	list := make([]int32, len(values))
	crossed.add(len(bytesOf(list)))
	for i, v := range values {
		list[i] = int32(v)
		if E(list[i]) != v || math.Abs(float64(v)) > math.MaxInt32 {
			return nil, core.Errorf(core.CodeRange, "%s: %s[%d] is %v, want a whole number", where, field, i, v)
		}
	}
	return list, nil
}

// floats reads a tensor's data.
func floats(where, field string, v js.Value) ([]float32, error) {
	switch kind(v) {
	case "Float32Array":
		return copyIn[float32](v), nil
	case "Float64Array":
		wide := copyIn[float64](v)
		list := make([]float32, len(wide))
		for i, x := range wide {
			list[i] = float32(x)
		}
		return list, nil
	}
	return nil, core.Errorf(core.CodeConfig, "%s: %s is %s, want a Float32Array", where, field, describe(v))
}

// shape reads an array of extents.
func shape(where, field string, v js.Value) ([]int, error) {
	if v.Type() != js.TypeObject || v.Get("length").Type() != js.TypeNumber || v.Length() > 8 {
		return nil, core.Errorf(core.CodeShape, "%s: %s is %s, want an array of extents", where, field, describe(v))
	}
	list := make([]int, v.Length())
	for i := range list {
		x := v.Index(i)
		if x.Type() != js.TypeNumber || x.Float() != math.Trunc(x.Float()) || x.Float() < 0 || x.Float() > math.MaxInt32 {
			return nil, core.Errorf(core.CodeShape, "%s: %s[%d] is %s, want a whole number, 0 or more", where, field, i, describe(x))
		}
		list[i] = int(x.Float())
	}
	return list, nil
}

// tensorsIn reads an object of named tensors, { name: { shape, data } }.
func tensorsIn(where, field string, v js.Value) ([]core.Tensor, error) {
	if v.Type() != js.TypeObject || isList(v) {
		return nil, core.Errorf(core.CodeConfig, "%s: %s is %s, want an object of named tensors", where, field, describe(v))
	}
	keys := js.Global().Get("Object").Call("keys", v)
	list := make([]core.Tensor, keys.Length())
	for i := range list {
		name := keys.Index(i).String()
		o := readOptions(where, field+"."+name+".", v.Get(name))
		extents, data := o.get("shape"), o.get("data")
		if err := o.done(); err != nil {
			return nil, err
		}
		var err error
		list[i].Name = name
		if list[i].Shape, err = shape(where, field+"."+name+".shape", extents); err != nil {
			return nil, err
		}
		if list[i].Data, err = floats(where, field+"."+name+".data", data); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func tensorOut(t core.Tensor) map[string]any {
	extents := make([]any, len(t.Shape))
	for i, n := range t.Shape {
		extents[i] = n
	}
	crossed.add(len(bytesOf(t.Data)))
	return map[string]any{"shape": extents, "data": float32Array(t.Data)}
}

// tensorsOut is an object of named tensors, in the order of the list.
func tensorsOut(list []core.Tensor) js.Value {
	out := js.Global().Get("Object").New()
	for _, t := range list {
		out.Set(t.Name, tensorOut(t))
	}
	return out
}
