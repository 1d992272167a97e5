package kernel

import "math"

func softmaxPortable(x []float32, ld, rows, n int) {
	for r := range rows {
		row := x[r*ld:][:n]
		inverse := 1 / exponentials(row, largest(row))
		for j := range row {
			row[j] *= inverse
		}
	}
}

func softmaxCrossEntropyPortable(logits []float32, ld int, targets []int32, weights, denominators, margins []float32, rows, n int) {
	for r := range rows {
		row := logits[r*ld:][:n]
		if weights[r] == 0 {
			clear(row)
			denominators[r], margins[r] = 1, 0
			continue
		}
		target, weight := targets[r], weights[r]
		top := largest(row)
		margins[r] = row[target] - top
		sum := exponentials(row, top)
		denominators[r] = sum
		inverse := 1 / sum
		atTarget := (float32(row[target]*inverse) - 1) * weight
		for j, e := range row {
			row[j] = float32(e*inverse) * weight
		}
		row[target] = atTarget
	}
}

// largest is the row's maximum; NaN when the row has one.
func largest(row []float32) float32 {
	top := float32(math.Inf(-1))
	for _, x := range row {
		top = max(top, x)
	}
	return top
}

// exponentials replaces each x by exp(x - top) and returns their sum in four lanes.
func exponentials(row []float32, top float32) float32 {
	var lanes [4]float32
	for j, x := range row {
		e := expBelow0(x - top)
		row[j] = e
		lanes[j&3] += e
	}
	return sumOfLanes(lanes)
}
