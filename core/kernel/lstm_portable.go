package kernel

func lstmForwardPortable(gates, cPrev, c, tanhC, h []float32, ldh, batch, hidden int) {
	for b := range batch {
		row := gates[b*4*hidden:][:4*hidden]
		for j := range hidden {
			i := sigmoid32(row[j])
			f := sigmoid32(row[hidden+j])
			g := tanh32(row[2*hidden+j])
			o := sigmoid32(row[3*hidden+j])
			row[j], row[hidden+j], row[2*hidden+j], row[3*hidden+j] = i, f, g, o
			at := b*hidden + j
			state := float32(f*cPrev[at]) + float32(i*g)
			c[at] = state
			squashed := tanh32(state)
			tanhC[at] = squashed
			h[b*ldh+j] = o * squashed
		}
	}
}

func lstmBackwardPortable(gates, cPrev, tanhC, dh []float32, lddh int, dc []float32, batch, hidden int) {
	for b := range batch {
		row := gates[b*4*hidden:][:4*hidden]
		for j := range hidden {
			i, f, g, o := row[j], row[hidden+j], row[2*hidden+j], row[3*hidden+j]
			at := b*hidden + j
			squashed, dhidden := tanhC[at], dh[b*lddh+j]
			dstate := dc[at] + float32(float32(dhidden*o)*(1-float32(squashed*squashed)))
			row[j] = float32(dstate*g) * float32(i*(1-i))
			row[hidden+j] = float32(dstate*cPrev[at]) * float32(f*(1-f))
			row[2*hidden+j] = float32(dstate*i) * (1 - float32(g*g))
			row[3*hidden+j] = float32(dhidden*squashed) * float32(o*(1-o))
			dc[at] = dstate * f
		}
	}
}
