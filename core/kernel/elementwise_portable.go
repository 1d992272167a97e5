package kernel

func addPortable(dst, src []float32, n int) { addTo(dst[:n], src) }

func multiplyPortable(dst, a, b []float32, n int) {
	a, b = a[:n], b[:n]
	for i, x := range a {
		dst[i] = x * b[i]
	}
}

func addProductPortable(dst, a, b []float32, n int) {
	a, b = a[:n], b[:n]
	for i, x := range a {
		dst[i] += float32(x * b[i])
	}
}

func scalePortable(x []float32, n int, by float32) {
	for i := range x[:n] {
		x[i] *= by
	}
}

func clampValuesPortable(x []float32, n int, limit float32) {
	for i, v := range x[:n] {
		if limit < v {
			v = limit
		}
		if v < -limit {
			v = -limit
		}
		x[i] = v
	}
}
