package kernel

func packRowsPortable(panels, b []float32, k, n, ld int) {
	for j := 0; j < n; j += 8 {
		width := panelWidth(n - j)
		panel := panels[j*k:]
		for row := range k {
			packed := panel[row*width:][:width]
			filled := copy(packed, b[row*ld+j:row*ld+min(j+width, n)])
			clear(packed[filled:])
		}
	}
}

func packColumnsPortable(panels, b []float32, n, k, ld int) {
	for j := 0; j < n; j += 8 {
		width := panelWidth(n - j)
		panel := panels[j*k:][:k*width]
		clear(panel)
		for column := range min(width, n-j) {
			for row, x := range b[(j+column)*ld:][:k] {
				panel[row*width+column] = x
			}
		}
	}
}

// panelWidth is 8, or 4 for a last panel of at most 4 columns.
func panelWidth(columns int) int {
	if columns > 4 {
		return 8
	}
	return 4
}

func packLeftPortable(left, a []float32, m, k, ld int) {
	for i := range m {
		row, step := leftRow(left, i, m, k)
		for j, x := range a[i*ld:][:k] {
			row[j*step] = x
		}
	}
}

func packLeftTransposedPortable(left, a []float32, k, m, ld int) {
	for i := range m {
		row, step := leftRow(left, i, m, k)
		for j := range k {
			row[j*step] = a[j*ld+i]
		}
	}
}

// leftRow is row i of a packed left factor of m rows, and the distance of its elements: rows stand interleaved in groups
// of 4, the last 1 to 3 alone.
func leftRow(left []float32, i, m, k int) (row []float32, step int) {
	if i < m&^3 {
		return left[i&^3*k+i&3:], 4
	}
	return left[i*k:], 1
}

func productPortable(c []float32, ldc int, left, panels []float32, m, n, k, accumulate int) {
	for j := 0; j < n; j += 8 {
		panel := panels[j*k:]
		narrow := panelWidth(n-j) == 4
		for i := range m {
			var sums [8]float32
			row := c[i*ldc+j:][:min(8, n-j)]
			if accumulate != 0 {
				copy(sums[:], row)
			}
			a, step := leftRow(left, i, m, k)
			if narrow {
				rowTimesPanel4(&sums, a, step, panel[:4*k])
			} else {
				rowTimesPanel8(&sums, a, step, panel[:8*k])
			}
			copy(row, sums[:])
		}
	}
}

// rowTimesPanel8 keeps its sums in registers, which Go does for variables and not for arrays.
func rowTimesPanel8(sums *[8]float32, a []float32, step int, panel []float32) {
	s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
	s4, s5, s6, s7 := sums[4], sums[5], sums[6], sums[7]
	for at := 0; len(panel) >= 8; at += step {
		x, p := a[at], (*[8]float32)(panel)
		panel = panel[8:]
		s0 += float32(x * p[0])
		s1 += float32(x * p[1])
		s2 += float32(x * p[2])
		s3 += float32(x * p[3])
		s4 += float32(x * p[4])
		s5 += float32(x * p[5])
		s6 += float32(x * p[6])
		s7 += float32(x * p[7])
	}
	*sums = [8]float32{s0, s1, s2, s3, s4, s5, s6, s7}
}

func rowTimesPanel4(sums *[8]float32, a []float32, step int, panel []float32) {
	s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
	for at := 0; len(panel) >= 4; at += step {
		x, p := a[at], (*[4]float32)(panel)
		panel = panel[4:]
		s0 += float32(x * p[0])
		s1 += float32(x * p[1])
		s2 += float32(x * p[2])
		s3 += float32(x * p[3])
	}
	sums[0], sums[1], sums[2], sums[3] = s0, s1, s2, s3
}
