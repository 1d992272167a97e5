package kernel

func gruForwardPortable(x, recurrent, hPrev, recurrentN, h []float32, ldh, batch, hidden int) {
	for b := range batch {
		row, other := x[b*3*hidden:][:3*hidden], recurrent[b*3*hidden:][:3*hidden]
		for j := range hidden {
			at, un := b*hidden+j, other[2*hidden+j]
			r := sigmoid32(row[j] + other[j])
			z := sigmoid32(row[hidden+j] + other[hidden+j])
			n := tanh32(float32(r*un) + row[2*hidden+j])
			row[j], row[hidden+j], row[2*hidden+j] = r, z, n
			recurrentN[at] = un
			h[b*ldh+j] = float32(z*hPrev[at]) + float32((1-z)*n)
		}
	}
}

func gruBackwardPortable(gates, hPrev, recurrentN, dh []float32, lddh int, dhPrev []float32, batch, hidden int) {
	for b := range batch {
		row := gates[b*3*hidden:][:3*hidden]
		for j := range hidden {
			at := b*hidden + j
			r, z, n, d := row[j], row[hidden+j], row[2*hidden+j], dh[b*lddh+j]
			dn := float32(d*(1-z)) * (1 - float32(n*n))
			row[j] = float32(dn*recurrentN[at]) * float32(r*(1-r))
			row[hidden+j] = float32(d*(hPrev[at]-n)) * float32(z*(1-z))
			row[2*hidden+j] = dn
			recurrentN[at] = dn * r
			dhPrev[at] += float32(d * z)
		}
	}
}

func gruGatesPortable(x, hPrev, resetH []float32, batch, hidden int) {
	for b := range batch {
		row := x[b*3*hidden:][:3*hidden]
		for j := range hidden {
			at := b*hidden + j
			r := sigmoid32(row[j])
			row[j], row[hidden+j] = r, sigmoid32(row[hidden+j])
			resetH[at] = r * hPrev[at]
		}
	}
}

func gruOutputPortable(x, hPrev, h []float32, ldh, batch, hidden int) {
	for b := range batch {
		row := x[b*3*hidden:][:3*hidden]
		for j := range hidden {
			z, n := row[hidden+j], tanh32(row[2*hidden+j])
			row[2*hidden+j] = n
			h[b*ldh+j] = float32(z*hPrev[b*hidden+j]) + float32((1-z)*n)
		}
	}
}

func gruOutputBackwardPortable(gates, hPrev, dh []float32, lddh int, dhPrev []float32, batch, hidden int) {
	for b := range batch {
		row := gates[b*3*hidden:][:3*hidden]
		for j := range hidden {
			at := b*hidden + j
			z, n, d := row[hidden+j], row[2*hidden+j], dh[b*lddh+j]
			row[hidden+j] = float32(d*(hPrev[at]-n)) * float32(z*(1-z))
			row[2*hidden+j] = float32(d*(1-z)) * (1 - float32(n*n))
			dhPrev[at] += float32(d * z)
		}
	}
}

func gruGatesBackwardPortable(gates, hPrev, dResetH, dhPrev []float32, batch, hidden int) {
	for b := range batch {
		row := gates[b*3*hidden:][:3*hidden]
		for j := range hidden {
			at := b*hidden + j
			r, d := row[j], dResetH[at]
			row[j] = float32(d*hPrev[at]) * float32(r*(1-r))
			dhPrev[at] += float32(d * r)
		}
	}
}
