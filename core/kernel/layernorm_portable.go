package kernel

func layerNormPortable(y []float32, ldy int, x []float32, ldx int, gamma, beta, means, inverses []float32, rows, n int, epsilon float32) {
	gamma, beta = gamma[:n], beta[:n]
	for r := range rows {
		row, out := x[r*ldx:][:n], y[r*ldy:][:n]
		var lanes [4]float32
		for j, v := range row {
			lanes[j&3] += v
		}
		mean := sumOfLanes(lanes) / float32(n)
		lanes = [4]float32{}
		for j, v := range row {
			centred := v - mean
			lanes[j&3] += float32(centred * centred)
		}
		inverse := 1 / sqrt32(sumOfLanes(lanes)/float32(n)+epsilon)
		means[r], inverses[r] = mean, inverse
		for j, v := range row {
			out[j] = float32(gamma[j]*float32((v-mean)*inverse)) + beta[j]
		}
	}
}

func layerNormBackwardPortable(dx []float32, lddx int, dy []float32, lddy int, x []float32, ldx int, gamma, means, inverses, dgamma, dbeta []float32, rows, n int) {
	gamma, dgamma, dbeta = gamma[:n], dgamma[:n], dbeta[:n]
	for r := range rows {
		row, d, out := x[r*ldx:][:n], dy[r*lddy:][:n], dx[r*lddx:][:n]
		mean, inverse := means[r], inverses[r]
		var sums, products [4]float32
		for j, v := range row {
			normal := float32((v - mean) * inverse)
			dgamma[j] += float32(d[j] * normal)
			dbeta[j] += d[j]
			g := float32(d[j] * gamma[j])
			sums[j&3] += g
			products[j&3] += float32(g * normal)
		}
		average, slope := sumOfLanes(sums)/float32(n), sumOfLanes(products)/float32(n)
		for j, v := range row {
			normal := float32((v - mean) * inverse)
			out[j] = inverse * ((float32(d[j]*gamma[j]) - average) - float32(normal*slope))
		}
	}
}

// sumOfLanes is the end of a reduction in four lanes.
func sumOfLanes(lanes [4]float32) float32 {
	return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}
