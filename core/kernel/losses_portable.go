package kernel

import (
	"math"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

func squaredErrorPortable(predictions []float32, ld int, targets []float32, ldt int, weights, losses []float32, rows, n int) {
	for r := range rows {
		row := predictions[r*ld:][:n]
		if weights[r] == 0 {
			clear(row)
			losses[r] = 0
			continue
		}
		target, factor := targets[r*ldt:][:n], (weights[r]+weights[r])/float32(n)
		var lanes [4]float32
		for j, p := range row {
			off := p - target[j]
			row[j] = factor * off
			lanes[j&3] += float32(off * off)
		}
		losses[r] = sumOfLanes(lanes) / float32(n)
	}
}

func binaryCrossEntropyPortable(logits []float32, ld int, targets []float32, ldt int, weights, losses []float32, rows, n int) {
	for r := range rows {
		row := logits[r*ld:][:n]
		if weights[r] == 0 {
			clear(row)
			losses[r] = 0
			continue
		}
		target, factor := targets[r*ldt:][:n], weights[r]/float32(n)
		var lanes [4]float32
		for j, x := range row {
			e := expBelow0(math.Float32frombits(math.Float32bits(x) | signBit))
			row[j] = factor * (logistic32(x, e) - target[j])
			lanes[j&3] += (relu32(x) - float32(x*target[j])) + log1p32(e)
		}
		losses[r] = sumOfLanes(lanes) / float32(n)
	}
}

// log1p32 is log(1 + e) for e in [0, 1].
func log1p32(e float32) float32 {
	y := (e + e) / (e + 2)
	v := float32(y * y)
	low := float32(table.Log1p2*v) + table.Log1p1
	high := float32(table.Log1p4*v) + table.Log1p3
	q := float32(high*float32(v*v)) + low
	return float32(float32(q*v)*y) + y
}
