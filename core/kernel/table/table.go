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
// camel case, the Go function; its place in what [Kernels] returns is its slot in the shim's table.
type Kernel struct {
	Name   string
	Params []Param
	Result Kind
	Doc    string // completes "Name …" in one line
}

// Kernels is the registry. Slices come without their lengths: core/kernel has checked them. The k of a left factor and of a
// product is at least 1, and so is the hidden of a scan; any other size may be 0. It is a function, so that the engine, which takes only the constants of
// this package, does not carry it.
func Kernels() []Kernel {
	var list []Kernel
	for _, group := range [][]Kernel{matrices(), pointwise(), cells(), scans(), rows(), optimisers()} {
		list = append(list, group...)
	}
	return list
}

// Products and what prepares them, rows of tables, biases.
func matrices() []Kernel {
	return []Kernel{
		{"pack_rows", params(Floats, "panels b", Int, "k n ld"), None, "packs b [k, n] into panels of 8 columns"},
		{"pack_columns", params(Floats, "panels b", Int, "n k ld"), None,
			"packs the transpose of b [n, k] into panels of 8 columns"},
		{"pack_left", params(Floats, "left a", Int, "m k ld"), None, "packs a [m, k] as the left factor of a product"},
		{"pack_left_transposed", params(Floats, "left a", Int, "k m ld"), None,
			"packs the transpose of a [k, m] as the left factor of a product"},
		{"product", params(Floats, "c", Int, "ldc", Floats, "left panels", Int, "m n k accumulate"), None,
			"computes c = left·panels, or c += left·panels when accumulate is not 0"},
		{"product_rows", params(Floats, "c", Int, "ldc", Floats, "a", Int, "lda", Floats, "left panels", Int, "m n k accumulate"), None,
			"computes c = a·panels, or c += a·panels, packing rows of a into left as it goes"},
		{"transpose", params(Floats, "dst", Int, "ldd", Floats, "src", Int, "lds rows cols"), None,
			"writes the transpose of src [rows, cols]"},
		{"gather_rows", params(Floats, "dst", Int, "ldd", Floats, "table", Int, "ldt", Integers, "ids", Int, "count width"), None,
			"copies the table's rows ids"},
		{"scatter_add_rows", params(Floats, "table", Int, "ldt", Integers, "ids", Floats, "src", Int, "lds count width"), None,
			"adds rows of src to the table's rows ids"},
		{"add_row", params(Floats, "dst", Int, "ld", Floats, "row", Int, "rows cols"), None, "adds one row to every row of dst"},
		{"column_sums", params(Floats, "dst src", Int, "ld rows cols"), None, "adds the sums of src's columns to dst"},
	}
}

// Number by number.
func pointwise() []Kernel {
	return []Kernel{
		{"exp", params(Floats, "dst src", Int, "n"), None, "is the exponential function"},
		{"tanh", params(Floats, "dst src", Int, "n"), None, "is the hyperbolic tangent"},
		{"sigmoid", params(Floats, "dst src", Int, "n"), None, "is the logistic function"},
		{"relu", params(Floats, "dst src", Int, "n"), None, "is max(0, x)"},
		{"tanh_backward", params(Floats, "da h dh", Int, "n"), None, "computes da = dh·(1 - h²)"},
		{"sigmoid_backward", params(Floats, "da y dy", Int, "n"), None, "computes da = dy·y·(1-y)"},
		{"relu_backward", params(Floats, "da h dh", Int, "n"), None, "computes da = dh where h is above 0"},
		{"add", params(Floats, "dst src", Int, "n"), None, "computes dst += src"},
		{"multiply", params(Floats, "dst a b", Int, "n"), None, "computes dst = a ⊙ b"},
		{"add_product", params(Floats, "dst a b", Int, "n"), None, "computes dst += a ⊙ b"},
		{"scale", params(Floats, "x", Int, "n", Float, "by"), None, "multiplies by a number"},
		{"clamp_values", params(Floats, "x", Int, "n", Float, "limit"), None, "keeps numbers in [-limit, limit]"},
	}
}

// Steps of recurrent cells, from the pre-activations.
func cells() []Kernel {
	return []Kernel{
		{"lstm_forward", params(Floats, "gates cPrev c tanhC h", Int, "ldh batch hidden"), None,
			"takes one LSTM step from the pre-activations"},
		{"lstm_backward", params(Floats, "gates cPrev tanhC dh", Int, "lddh", Floats, "dc", Int, "batch hidden"), None,
			"is the gradient of one LSTM step"},
		{"gru_forward", params(Floats, "x recurrent hPrev recurrentN h", Int, "ldh batch hidden"), None,
			"takes one GRU step, the reset after the product"},
		{"gru_backward", params(Floats, "gates hPrev recurrentN dh", Int, "lddh", Floats, "dhPrev", Int, "batch hidden"), None,
			"is the gradient of gru_forward"},
		{"gru_gates", params(Floats, "x hPrev resetH", Int, "batch hidden"), None,
			"takes the first half of a GRU step, the reset before the product"},
		{"gru_output", params(Floats, "x hPrev h", Int, "ldh batch hidden"), None,
			"takes the second half of the step of gru_gates"},
		{"gru_output_backward", params(Floats, "gates hPrev dh", Int, "lddh", Floats, "dhPrev", Int, "batch hidden"), None,
			"is the gradient of gru_output"},
		{"gru_gates_backward", params(Floats, "gates hPrev dResetH dhPrev", Int, "batch hidden"), None,
			"is the gradient of gru_gates"},
	}
}

// Whole scans over time: for every step a product and a step of a cell, in one call.
func scans() []Kernel {
	return []Kernel{
		{"elman_scan", params(Floats, "a h left panels", Integers, "active", Int, "steps batch hidden relu"), None,
			"takes all steps of an Elman layer"},
		{"elman_scan_backward", params(Floats, "a h dh dInitial left panels", Integers, "active", Int, "steps batch hidden relu"), None,
			"is the gradient of elman_scan"},
		{"lstm_scan", params(Floats, "gates c tanhC h left panels", Integers, "active", Int, "steps batch hidden"), None,
			"takes all steps of an LSTM layer"},
		{"lstm_scan_backward", params(Floats, "gates c tanhC dh dc dInitial left panels", Integers, "active", Int, "steps batch hidden"), None,
			"is the gradient of lstm_scan"},
		{"gru_scan", params(Floats, "x recurrent recurrentN h bias left panels", Integers, "active", Int, "steps batch hidden"), None,
			"takes all steps of a GRU layer, the reset after the product"},
		{"gru_scan_backward", params(Floats, "gates h recurrentN dRecurrent dh dInitial left panels", Integers, "active", Int, "steps batch hidden"), None,
			"is the gradient of gru_scan"},
	}
}

// Row by row: losses and normalisation.
func rows() []Kernel {
	return []Kernel{
		{"softmax", params(Floats, "x", Int, "ld rows n"), None, "replaces rows by their softmax"},
		{"softmax_cross_entropy", params(Floats, "logits", Int, "ld", Integers, "targets", Floats, "weights denominators margins", Int, "rows n"), None,
			"turns logits into the gradient of the cross-entropy"},
		{"squared_error", params(Floats, "predictions", Int, "ld", Floats, "targets", Int, "ldt", Floats, "weights losses", Int, "rows n"), None,
			"turns predictions into the gradient of the squared error"},
		{"binary_cross_entropy", params(Floats, "logits", Int, "ld", Floats, "targets", Int, "ldt", Floats, "weights losses", Int, "rows n"), None,
			"turns logits into the gradient of the binary cross-entropy"},
		{"layer_norm", params(Floats, "y", Int, "ldy", Floats, "x", Int, "ldx", Floats, "gamma beta means inverses", Int, "rows n", Float, "epsilon"), None,
			"normalises rows"},
		{"layer_norm_backward", params(Floats, "dx", Int, "lddx", Floats, "dy", Int, "lddy", Floats, "x", Int, "ldx", Floats, "gamma means inverses dgamma dbeta", Int, "rows n"), None,
			"is the gradient of layer_norm"},
	}
}

// Over all parameters at once.
func optimisers() []Kernel {
	return []Kernel{
		{"sum_squares", params(Floats, "x", Int, "n"), Double, "is the sum of squares in float64"},
		{"sgd", params(Floats, "w g", Int, "n", Float, "learningRate gradScale decay"), None, "takes one step of gradient descent"},
		{"sgd_momentum", params(Floats, "w g buf", Int, "n", Float, "learningRate momentum gain gradScale decay"), None,
			"takes one step of gradient descent with momentum"},
		{"sgd_nesterov", params(Floats, "w g buf", Int, "n", Float, "learningRate momentum gain gradScale decay"), None,
			"takes one step of gradient descent with Nesterov's momentum"},
		{"rmsprop", params(Floats, "w g v", Int, "n", Float, "learningRate alpha rest epsilon gradScale decay"), None,
			"takes one step of RMSProp; rest is 1-α"},
		{"rmsprop_momentum", params(Floats, "w g v buf", Int, "n", Float, "learningRate alpha rest epsilon momentum gradScale decay"), None,
			"takes one step of RMSProp with momentum"},
		{"adam", params(Floats, "w g m v", Int, "n", Float, "keep step rest1 beta2 rest2 correction epsilon gradScale decay"), None,
			"takes one step of Adam; rest is 1-β, keep AdamW's decay"},
		{"adagrad", params(Floats, "w g s", Int, "n", Float, "learningRate epsilon gradScale decay"), None,
			"takes one step of Adagrad"},
	}
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
