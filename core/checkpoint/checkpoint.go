// Package checkpoint is what a model file holds, whatever its format: named float32 tensors and text metadata.
//
// Each file format has a sub-package that turns bytes into a [File] and back. None of them knows what a model is:
// which names and shapes are wanted is for the reader of the File to say.
package checkpoint

// Tensor is a named array of numbers, row-major. A scalar has an empty Shape and one number.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32 // as many numbers as the product of Shape
}

// File is the content of one checkpoint. A format may lay the tensors out in an order of its own, so the order of
// Tensors need not survive a file; names, shapes, numbers (bit for bit, NaN too) and metadata do.
type File struct {
	Tensors  []Tensor          // names are unique
	Metadata map[string]string // nil: the file has none
}

// Tensor finds a tensor by name.
func (f File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// NoOffset is the [Error.Offset] of a fault that lies in a File and not in a file's bytes.
const NoOffset = -1

// Error says what is wrong with a file, or with a [File] that cannot be written, in figures.
type Error struct {
	Format  string // of the file: "safetensors"
	Offset  int    // of the byte of the file at which the fault was seen, at most its length; or [NoOffset]
	Message string
}

func (e *Error) Error() string { return e.Format + ": " + e.Message }
