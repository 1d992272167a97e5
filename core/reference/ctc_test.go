// Float64 in plain Go: running it again under wasm would judge nothing new.

//go:build !js

package reference

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sumOfPaths is the loss by its definition: every path of T symbols, merged, compared with the labelling.
func sumOfPaths(o Sequence, labels []int, blank int) float64 {
	symbols := 1
	if len(o) > 0 {
		symbols = o[0].Len()
	}
	var total float64
	for code := range int(math.Pow(float64(symbols), float64(len(o)))) {
		probability, before := 1.0, -1
		var read []int
		for _, v := range o {
			symbol := code % symbols
			code /= symbols
			probability *= Softmax(v).AtVec(symbol)
			if symbol != before && symbol != blank {
				read = append(read, symbol)
			}
			before = symbol
		}
		if slices.Equal(read, labels) {
			total += probability
		}
	}
	return -math.Log(total)
}

func TestCTCIsTheSumOverAllPaths(t *testing.T) {
	for _, blank := range []int{0, 2} {
		other := 2 - blank
		for _, labels := range [][]int{nil, {1}, {1, other}, {1, 1}, {other, 1, other}, {1, other, other}, {other, other, other}} {
			for steps := range 6 {
				o := vectors(steps, 3, 4)
				loss, do := CTC(o, labels, blank)
				assert.InDelta(t, sumOfPaths(o, labels, blank), loss, 1e-12, "labels %v, T %d", labels, steps)
				assert.Len(t, do, steps)
				if math.IsInf(loss, 1) {
					for _, d := range do {
						assert.Equal(t, make([]float64, 3), d.RawVector().Data)
					}
				}
			}
		}
	}
}

func TestCTCGradientsAgainstCentralDifferences(t *testing.T) {
	for _, labels := range [][]int{{1, 3, 3}, {2}, nil} {
		t.Run(fmt.Sprint(labels), func(t *testing.T) {
			n := NewNetwork(4, NewBidirectional(Concat, NewLSTM(3, 3), NewLSTM(3, 3)))
			fillParameters(n.Parameters())
			e := Example{Inputs: vectors(7, 3, 40), Initial: n.ZeroStates()}
			differentiable{
				loss: func() float64 {
					o, _, _ := n.Logits(e)
					loss, _ := CTC(o, labels, 0)
					return loss
				},
				differentiate: func() (float64, []Parameter) {
					o, _, backward := n.Logits(e)
					loss, do := CTC(o, labels, 0)
					d := backward(do)
					return loss, append(append(n.Parameters(), stateVariables(e.Initial, d.Initial)...), sequenceVariables("x", e.Inputs, d.Inputs)...)
				},
			}.check(t)
		})
	}
}
