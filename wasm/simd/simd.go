// Package simd holds the compute kernels of core/kernel, written with wasm/asm, and the modules around them.
//
// Boot order of a host: the shim is instantiated first, Go imports its functions, the kernels import Go's memory and the shim's
// table, and their element segment fills the table. Then Go starts. A host without SIMD instantiates the shim only and
// leaves UNFOLD_KERNELS at portable.
//
// Kernels compute what the portable bodies in core/kernel compute, in the same order, so the SIMD variant has the same
// bits. They read and write nothing outside the slices that they are given, never grow memory, never call out, and take any
// address that is a multiple of 4.
package simd

import (
	"fmt"

	"github.com/unfold-rnn/unfold/core/kernel/table"
	"github.com/unfold-rnn/unfold/wasm/asm"
)

// bodies writes each kernel of the table.
var bodies = map[string]func(*code){
	"pack_rows":             packRows,
	"pack_columns":          packColumns,
	"pack_left":             packLeft,
	"pack_left_transposed":  packLeftTransposed,
	"product":               product,
	"product_rows":          productRows,
	"transpose":             transpose,
	"gather_rows":           gatherRows,
	"scatter_add_rows":      scatterAddRows,
	"add_row":               addRow,
	"column_sums":           columnSums,
	"exp":                   pointwise(exponential),
	"tanh":                  pointwise(tangent),
	"sigmoid":               pointwise(logistic),
	"relu":                  pointwise(relu),
	"tanh_backward":         tanhBackward,
	"sigmoid_backward":      sigmoidBackward,
	"relu_backward":         reluBackward,
	"add":                   addTo,
	"multiply":              multiply,
	"add_product":           addProduct,
	"scale":                 scale,
	"clamp_values":          clampValues,
	"lstm_forward":          lstmForward,
	"lstm_backward":         lstmBackward,
	"gru_forward":           gruForward,
	"gru_backward":          gruBackward,
	"gru_gates":             gruGates,
	"gru_output":            gruOutput,
	"gru_output_backward":   gruOutputBackward,
	"gru_gates_backward":    gruGatesBackward,
	"elman_scan":            elmanScan,
	"elman_scan_backward":   elmanScanBackward,
	"lstm_scan":             lstmScan,
	"lstm_scan_backward":    lstmScanBackward,
	"gru_scan":              gruScan,
	"gru_scan_backward":     gruScanBackward,
	"softmax":               softmax,
	"softmax_cross_entropy": softmaxCrossEntropy,
	"squared_error":         squaredError,
	"binary_cross_entropy":  binaryCrossEntropy,
	"layer_norm":            layerNorm,
	"layer_norm_backward":   layerNormBackward,
	"sum_squares":           sumSquares,
	"sgd":                   sgd,
	"sgd_momentum":          momentum(false),
	"sgd_nesterov":          momentum(true),
	"rmsprop":               rmsprop,
	"rmsprop_momentum":      rmspropMomentum,
	"adam":                  adam,
	"adagrad":               adagrad,
}

// registry is the table's list; a kernel's slot is its place here.
var registry = table.Kernels()

// module is a kernel module being written.
type module struct {
	*asm.Module
	relaxed             bool
	kernels             map[string]*asm.Func // those of the table that were written already
	loadRest, storeRest *asm.Func
}

// Kernels is the module of all kernels of the table. It imports go.mem, Go's memory, and shim.table, which it fills. The
// relaxed one uses relaxed multiply-add.
func Kernels(relaxed bool) ([]byte, error) {
	m := &module{Module: asm.NewModule(), relaxed: relaxed, kernels: map[string]*asm.Func{}}
	slots := m.ImportTable("shim", "table", asm.FuncRef, asm.Limits{Min: uint32(len(registry))})
	m.ImportMemory("go", "mem", asm.Limits{})
	m.writeRests()
	if len(bodies) != len(registry) {
		return nil, fmt.Errorf("simd: %d bodies, want one for each of the table's %d kernels", len(bodies), len(registry))
	}
	var kernels []*asm.Func
	for _, entry := range registry {
		body, ok := bodies[entry.Name]
		if !ok {
			return nil, fmt.Errorf("simd: kernel %q of the table has no body", entry.Name)
		}
		k := m.newCode(entry.Name, signature(entry))
		body(k)
		m.Export(entry.Name, k.Func)
		m.kernels[entry.Name] = k.Func
		kernels = append(kernels, k.Func)
	}
	m.Elements(slots, 0, kernels...)
	return m.Bytes()
}

// Shim is the module that breaks the cycle between Go, which needs its imports before its memory exists, and the kernels, which
// need that memory. It exports the empty table and, under each kernel's name, a function that calls through its slot.
func Shim() ([]byte, error) {
	m := asm.NewModule()
	count := uint32(len(registry))
	slots := m.Table(asm.FuncRef, asm.Limits{Min: count, Max: count, HasMax: true})
	m.Export("table", slots)
	for slot, entry := range registry {
		s := signature(entry)
		f := m.Func(entry.Name, s)
		for i := range s.Params {
			f.Get(f.Param(i))
		}
		f.I32(int32(slot))
		f.CallIndirect(slots, s)
		m.Export(entry.Name, f)
	}
	return m.Bytes()
}

// signature is a kernel's type in WebAssembly.
func signature(entry table.Kernel) asm.Signature {
	types := map[table.Kind]asm.Type{table.Floats: asm.I32, table.Integers: asm.I32, table.Int: asm.I32, table.Float: asm.F32, table.Double: asm.F64}
	var s asm.Signature
	for _, p := range entry.Params {
		s.Params = append(s.Params, types[p.Kind])
	}
	if entry.Result != table.None {
		s.Results = asm.Types{types[entry.Result]}
	}
	return s
}

func (m *module) newCode(name string, s asm.Signature) *code {
	return &code{Func: m.Func(name, s), relaxed: m.relaxed, module: m}
}

// param is a parameter by its name in the table.
func (k *code) param(name string) variable {
	for _, entry := range registry {
		if entry.Name != k.Name() {
			continue
		}
		for i, p := range entry.Params {
			if p.Name == name {
				return variable{k.Param(i)}
			}
		}
	}
	panic(fmt.Sprintf("BUG: kernel %q has no parameter %q", k.Name(), name))
}

// params are several parameters.
func (k *code) params(names ...string) []variable {
	list := make([]variable, len(names))
	for i, name := range names {
		list[i] = k.param(name)
	}
	return list
}
