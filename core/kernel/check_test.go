package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestArgumentsAreChecked(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	var panels Panels
	panels.Pack(f(12), 3, 4, 4)
	var scratch Scratch
	cases := map[string]func(){
		"kernel: Pack: b has 11 floats, want [3 4] with rows 4 apart":                    func() { new(Panels).Pack(f(11), 3, 4, 4) },
		"kernel: Pack: b has 12 floats, want [3 4] with rows 3 apart":                    func() { new(Panels).Pack(f(12), 3, 4, 3) },
		"kernel: PackTransposed: b has 0 floats, want [-1 4] with rows 4 apart":          func() { new(Panels).PackTransposed(nil, -1, 4, 4) },
		"kernel: Product: c has 7 floats, want [2 4] with rows 4 apart":                  func() { Product(f(7), 4, f(6), 3, &panels, 2, false) },
		"kernel: Product: a has 5 floats, want [2 3] with rows 3 apart":                  func() { Product(f(8), 4, f(5), 3, &panels, 2, false) },
		"kernel: ProductTA: b has 5 floats, want [3 2] with rows 2 apart":                func() { scratch.ProductTA(f(4), 2, f(6), 2, f(5), 2, 2, 2, 3) },
		"kernel: GatherRows: ids[1] = 3, want 0 to 2":                                    func() { GatherRows(f(4), 2, f(6), 2, []int32{0, 3}, 2) },
		"kernel: GatherRows: ids[0] = -1, want 0 to 2":                                   func() { GatherRows(f(4), 2, f(6), 2, []int32{-1, 0}, 2) },
		"kernel: ScatterAddRows: src has 3 floats, want [2 2] with rows 2 apart":         func() { ScatterAddRows(f(6), 2, []int32{0, 1}, f(3), 2, 2) },
		"kernel: Transpose: dst has 5 floats, want [3 2] with rows 2 apart":              func() { Transpose(f(5), f(6), 2, 3) },
		"kernel: AddRow: dst has 5 floats, want [2 3] with rows 3 apart":                 func() { AddRow(f(5), 3, f(3), 2) },
		"kernel: ColumnSums: dst has 2 floats, want [1 3] with rows 3 apart":             func() { ColumnSums(f(2), f(6), 3, 2, 3) },
		"kernel: Exp: src has 2 elements, want 3":                                        func() { Exp(f(3), f(2)) },
		"kernel: Tanh: src has 2 elements, want 3":                                       func() { Tanh(f(3), f(2)) },
		"kernel: Sigmoid: src has 2 elements, want 3":                                    func() { Sigmoid(f(3), f(2)) },
		"kernel: TanhBackward: dh has 2 elements, want 3":                                func() { TanhBackward(f(3), f(3), f(2)) },
		"kernel: LSTMForward: gates has 7 floats, want [1 8] with rows 8 apart":          func() { LSTMForward(f(7), f(2), f(2), f(2), f(2), 2, 1, 2) },
		"kernel: LSTMBackward: dc has 1 floats, want [1 2] with rows 2 apart":            func() { LSTMBackward(f(8), f(2), f(2), f(2), 2, f(1), 1, 2) },
		"kernel: Softmax: x has 5 floats, want [2 3] with rows 3 apart":                  func() { Softmax(f(5), 3, 2, 3) },
		"kernel: SoftmaxCrossEntropy: targets[0] = 3, want 0 to 2":                       func() { SoftmaxCrossEntropy(f(3), 3, []int32{3}, []float32{1}, f(1), f(1), 3) },
		"kernel: Adam: v has 2 elements, want 3":                                         func() { Adam(f(3), f(3), f(3), f(2), AdamStep{}) },
		"kernel: Relu: src has 2 elements, want 3":                                       func() { Relu(f(3), f(2)) },
		"kernel: ReluBackward: h has 2 elements, want 3":                                 func() { ReluBackward(f(3), f(2), f(3)) },
		"kernel: SigmoidBackward: y has 2 elements, want 3":                              func() { SigmoidBackward(f(3), f(2), f(3)) },
		"kernel: Add: src has 2 elements, want 3":                                        func() { Add(f(3), f(2)) },
		"kernel: Multiply: b has 2 elements, want 3":                                     func() { Multiply(f(3), f(3), f(2)) },
		"kernel: AddProduct: a has 2 elements, want 3":                                   func() { AddProduct(f(3), f(2), f(3)) },
		"kernel: ClampValues: limit is NaN, want at least 0":                             func() { ClampValues(f(3), float32(math.NaN())) },
		"kernel: ClampValues: limit is -0.1, want at least 0":                            func() { ClampValues(f(3), -0.1) },
		"kernel: GRUForward: recurrent has 5 floats, want [1 6] with rows 6 apart":       func() { GRUForward(f(6), f(5), f(2), f(2), f(2), 2, 1, 2) },
		"kernel: GRUBackward: recurrentN has 1 floats, want [1 2] with rows 2 apart":     func() { GRUBackward(f(6), f(2), f(1), f(2), 2, f(2), 1, 2) },
		"kernel: GRUGates: resetH has 1 floats, want [1 2] with rows 2 apart":            func() { GRUGates(f(6), f(2), f(1), 1, 2) },
		"kernel: GRUOutput: h has 2 floats, want [1 2] with rows 1 apart":                func() { GRUOutput(f(6), f(2), f(2), 1, 1, 2) },
		"kernel: GRUOutputBackward: dh has 1 floats, want [1 2] with rows 2 apart":       func() { GRUOutputBackward(f(6), f(2), f(1), 2, f(2), 1, 2) },
		"kernel: GRUGatesBackward: dhPrev has 1 floats, want [1 2] with rows 2 apart":    func() { GRUGatesBackward(f(6), f(2), f(2), f(1), 1, 2) },
		"kernel: SquaredError: losses has 1 floats, want [2 1] with rows 1 apart":        func() { SquaredError(f(6), 3, f(6), 3, f(2), f(1), 3) },
		"kernel: BinaryCrossEntropy: targets has 5 floats, want [2 3] with rows 3 apart": func() { BinaryCrossEntropy(f(6), 3, f(5), 3, f(2), f(2), 3) },
		"kernel: LayerNorm: beta has 2 elements, want 3":                                 func() { LayerNorm(f(3), 3, f(3), 3, f(3), f(2), f(1), f(1), 1, 3, 1e-5) },
		"kernel: LayerNormBackward: dgamma has 2 elements, want 3":                       func() { LayerNormBackward(f(3), 3, f(3), 3, f(3), 3, f(3), f(1), f(1), f(2), f(3), 1, 3) },
		"kernel: SGD: buf has 0 elements, want 3":                                        func() { SGD(f(3), f(3), nil, SGDStep{Momentum: 0.9}) },
		"kernel: RMSProp: v has 2 elements, want 3":                                      func() { RMSProp(f(3), f(3), f(2), nil, RMSPropStep{}) },
		"kernel: RMSProp: buf has 0 elements, want 3":                                    func() { RMSProp(f(3), f(3), f(3), nil, RMSPropStep{Momentum: 0.9}) },
		"kernel: Adagrad: s has 2 elements, want 3":                                      func() { Adagrad(f(3), f(3), f(2), AdagradStep{}) },
	}
	for message, call := range cases {
		assert.PanicsWithValue(t, message, call)
	}
}

// TestHostileSizesDoNotWrap has sizes whose product is small in 64 bits.
func TestHostileSizesDoNotWrap(t *testing.T) {
	huge := math.MaxInt/4 + 2
	for _, call := range []func(){
		func() { Softmax(make([]float32, 8), 5, huge, 2) },
		func() { ColumnSums(make([]float32, 2), make([]float32, 8), 4, huge, 2) },
		func() { LSTMForward(make([]float32, 8), nil, nil, nil, nil, huge, 1, huge) },
	} {
		func() {
			defer func() { assert.Contains(t, recover(), ", want [", "refused by the check, not by a slice's bounds") }()
			call()
		}()
	}
}

func TestNothingToDo(t *testing.T) {
	var panels Panels
	var scratch Scratch
	panels.Pack(nil, 0, 0, 0)
	Product(nil, 0, nil, 0, &panels, 0, false)
	panels.Pack(nil, 0, 3, 3)
	c := []float32{1, 2, 3}
	Product(c, 3, nil, 0, &panels, 1, true)
	assert.Equal(t, []float32{1, 2, 3}, c)
	Product(c, 3, nil, 0, &panels, 1, false)
	assert.Equal(t, []float32{0, 0, 0}, c, "an empty sum is 0")
	panels.PackTransposed(nil, 0, 4, 4)
	Product(nil, 0, make([]float32, 4), 4, &panels, 1, true)
	scratch.ProductTA(nil, 0, nil, 0, nil, 0, 0, 0, 0)
	scratch.ProductTA(c, 3, nil, 1, nil, 3, 1, 3, 0)
	GatherRows(nil, 0, nil, 0, nil, 0)
	ScatterAddRows(nil, 4, nil, nil, 4, 4)
	Transpose(nil, nil, 0, 5)
	AddRow(nil, 0, nil, 3)
	ColumnSums(c, nil, 3, 0, 3)
	Exp(nil, nil)
	Tanh(nil, nil)
	Sigmoid(nil, nil)
	TanhBackward(nil, nil, nil)
	LSTMForward(nil, nil, nil, nil, nil, 0, 3, 0)
	LSTMBackward(nil, nil, nil, nil, 5, nil, 0, 5)
	Softmax(nil, 0, 2, 0)
	SoftmaxCrossEntropy(nil, 5, nil, nil, nil, nil, 5)
	assert.Zero(t, SumSquares(nil))
	Adam(nil, nil, nil, nil, AdamStep{})
	Adagrad(nil, nil, nil, AdagradStep{})
	Scale(nil, 2)
	Relu(nil, nil)
	ReluBackward(nil, nil, nil)
	SigmoidBackward(nil, nil, nil)
	Add(nil, nil)
	Multiply(nil, nil, nil)
	AddProduct(nil, nil, nil)
	ClampValues(nil, 1)
	GRUForward(nil, nil, nil, nil, nil, 0, 3, 0)
	GRUBackward(nil, nil, nil, nil, 5, nil, 0, 5)
	GRUGates(nil, nil, nil, 3, 0)
	GRUOutput(nil, nil, nil, 5, 0, 5)
	GRUOutputBackward(nil, nil, nil, 0, nil, 3, 0)
	GRUGatesBackward(nil, nil, nil, nil, 0, 5)
	SquaredError(nil, 5, nil, 5, nil, nil, 5)
	BinaryCrossEntropy(nil, 0, nil, 0, []float32{1, 1}, make([]float32, 2), 0)
	LayerNorm(nil, 3, nil, 3, make([]float32, 3), make([]float32, 3), nil, nil, 0, 3, 1e-5)
	LayerNormBackward(nil, 0, nil, 0, nil, 0, nil, make([]float32, 2), make([]float32, 2), nil, nil, 2, 0)
	SGD(nil, nil, nil, SGDStep{Momentum: 0.9})
	RMSProp(nil, nil, nil, nil, RMSPropStep{})
	assert.Equal(t, []float32{0, 0, 0}, c)
}

func TestPanelsAreReused(t *testing.T) {
	var panels Panels
	var scratch Scratch
	a, b, c := make([]float32, 40*30), make([]float32, 40*30), make([]float32, 30*30)
	panels.Pack(b, 40, 30, 30)
	Product(c, 30, a, 40, &panels, 30, false)
	scratch.ProductTA(c, 30, a, 30, b, 30, 30, 30, 40)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		panels.Pack(b, 40, 30, 30)
		panels.PackTransposed(b, 30, 40, 40)
		Product(c, 30, a, 40, &panels, 30, true)
		scratch.ProductTA(c, 30, a, 30, b, 30, 30, 30, 40)
	}))
}
