// Package table is the one registry of the compute kernels. From it are made the Go import stubs and the dispatch of
// core/kernel, the shim module through which Go calls the linked kernels, the check of what the SIMD module exports,
// and the list that the parity tests must cover.
package table

// Kind is the type of a kernel's parameter or result.
type Kind int

const (
	None     Kind = iota // no result
	Floats               // []float32: an i32 address in WebAssembly
	Integers             // []int32: an i32 address
	Int                  // int: an i32
	Float                // float32: an f32
	Double               // float64: an f64
)

// Go is the kind's type in the portable body.
func (k Kind) Go() string {
	return [...]string{None: "", Floats: "[]float32", Integers: "[]int32", Int: "int", Float: "float32", Double: "float64"}[k]
}

// Param is a named parameter.
type Param struct {
	Name string
	Kind Kind
}

// Kernel is one function of the machine. Its name is the export of the SIMD module, the field of the shim and, in
// camel case, the Go function; its place in [Kernels] is its slot in the shim's table.
type Kernel struct {
	Name   string
	Params []Param
	Result Kind
	Doc    string // completes "Name …" in one line
}

// Kernels is the registry. Slices come without their lengths: core/kernel has checked them. The k of a left factor and of a
// product is at least 1; any other size may be 0.
var Kernels = []Kernel{
	{"pack_rows", params(Floats, "panels b", Int, "k n ld"), None, "packs b [k, n] into panels of 8 columns"},
	{"pack_columns", params(Floats, "panels b", Int, "n k ld"), None, "packs the transpose of b [n, k] into panels of 8 columns"},
	{"pack_left", params(Floats, "left a", Int, "m k ld"), None, "packs a [m, k] as the left factor of a product"},
	{"pack_left_transposed", params(Floats, "left a", Int, "k m ld"), None, "packs the transpose of a [k, m] as the left factor of a product"},
	{"product", params(Floats, "c", Int, "ldc", Floats, "left panels", Int, "m n k accumulate"), None,
		"computes c = left·panels, or c += left·panels when accumulate is not 0"},
	{"transpose", params(Floats, "dst", Int, "ldd", Floats, "src", Int, "lds rows cols"), None, "writes the transpose of src [rows, cols]"},
	{"gather_rows", params(Floats, "dst", Int, "ldd", Floats, "table", Int, "ldt", Integers, "ids", Int, "count width"), None,
		"copies the table's rows ids"},
	{"scatter_add_rows", params(Floats, "table", Int, "ldt", Integers, "ids", Floats, "src", Int, "lds count width"), None,
		"adds rows of src to the table's rows ids"},
	{"add_row", params(Floats, "dst", Int, "ld", Floats, "row", Int, "rows cols"), None, "adds one row to every row of dst"},
	{"column_sums", params(Floats, "dst src", Int, "ld rows cols"), None, "adds the sums of src's columns to dst"},
	{"exp", params(Floats, "dst src", Int, "n"), None, "is the exponential function"},
	{"tanh", params(Floats, "dst src", Int, "n"), None, "is the hyperbolic tangent"},
	{"sigmoid", params(Floats, "dst src", Int, "n"), None, "is the logistic function"},
	{"tanh_backward", params(Floats, "da h dh", Int, "n"), None, "computes da = dh·(1 - h²)"},
	{"lstm_forward", params(Floats, "gates cPrev c tanhC h", Int, "ldh batch hidden"), None, "takes one LSTM step from the pre-activations"},
	{"lstm_backward", params(Floats, "gates cPrev tanhC dh", Int, "lddh", Floats, "dc", Int, "batch hidden"), None,
		"is the gradient of one LSTM step"},
	{"softmax", params(Floats, "x", Int, "ld rows n"), None, "replaces rows by their softmax"},
	{"softmax_cross_entropy", params(Floats, "logits", Int, "ld", Integers, "targets", Floats, "weights denominators margins", Int, "rows n"), None,
		"turns logits into the gradient of the cross-entropy"},
	{"sum_squares", params(Floats, "x", Int, "n"), Double, "is the sum of squares in float64"},
	{"scale", params(Floats, "x", Int, "n", Float, "by"), None, "multiplies by a number"},
	{"adam", params(Floats, "w g m v", Int, "n", Float, "step rest1 beta2 rest2 correction epsilon gradScale decay"), None,
		"takes one step of Adam; rest is 1-β"},
	{"adagrad", params(Floats, "w g s", Int, "n", Float, "learningRate epsilon gradScale decay"), None, "takes one step of Adagrad"},
}

// params reads alternating kinds and space-separated names.
func params(groups ...any) []Param {
	var list []Param
	for i := 0; i < len(groups); i += 2 {
		name := ""
		for _, r := range groups[i+1].(string) + " " {
			if r != ' ' {
				name += string(r)
				continue
			}
			list = append(list, Param{name, groups[i].(Kind)})
			name = ""
		}
	}
	return list
}

// GoName is the kernel's name in camel case.
func (k Kernel) GoName() string {
	name, upper := "", false
	for _, r := range k.Name {
		switch {
		case r == '_':
			upper = true
		case upper:
			name, upper = name+string(r-'a'+'A'), false
		default:
			name += string(r)
		}
	}
	return name
}
