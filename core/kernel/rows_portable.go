package kernel

func gatherRowsPortable(dst []float32, ldd int, table []float32, ldt int, ids []int32, count, width int) {
	for r, id := range ids[:count] {
		copy(dst[r*ldd:][:width], table[int(id)*ldt:])
	}
}

func scatterAddRowsPortable(table []float32, ldt int, ids []int32, src []float32, lds int, count, width int) {
	for r, id := range ids[:count] {
		addTo(table[int(id)*ldt:][:width], src[r*lds:])
	}
}

func transposePortable(dst []float32, ldd int, src []float32, lds int, rows, cols int) {
	for r := range rows {
		for c, x := range src[r*lds:][:cols] {
			dst[c*ldd+r] = x
		}
	}
}

func addRowPortable(dst []float32, ld int, row []float32, rows, cols int) {
	for r := range rows {
		addTo(dst[r*ld:][:cols], row)
	}
}

func columnSumsPortable(dst, src []float32, ld, rows, cols int) {
	for r := range rows {
		addTo(dst[:cols], src[r*ld:])
	}
}

func addTo(dst, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		dst[i] += x
	}
}
