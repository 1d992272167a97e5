package kernel

// GatherRows copies rows of a table: dst[r,:] = table[ids[r],:] for r < len(ids), each row width floats. It replaces the
// product of one-hot inputs with a weight matrix. dst does not overlap the table.
func GatherRows(dst []float32, ldd int, table []float32, ldt int, ids []int32, width int) {
	needMatrix("GatherRows", "dst", len(dst), ldd, len(ids), width)
	needMatrix("GatherRows", "table", len(table), ldt, 0, width)
	needIDs("GatherRows", "ids", ids, rowsOf(len(table), ldt, width))
	if len(ids) > 0 && width > 0 {
		gatherRows(dst, ldd, table, ldt, ids, len(ids), width)
	}
}

// ScatterAddRows is the gradient of [GatherRows]: table[ids[r],:] += src[r,:] for ascending r. An id may occur often.
// src does not overlap the table.
func ScatterAddRows(table []float32, ldt int, ids []int32, src []float32, lds int, width int) {
	needMatrix("ScatterAddRows", "src", len(src), lds, len(ids), width)
	needMatrix("ScatterAddRows", "table", len(table), ldt, 0, width)
	needIDs("ScatterAddRows", "ids", ids, rowsOf(len(table), ldt, width))
	if len(ids) > 0 && width > 0 {
		scatterAddRows(table, ldt, ids, src, lds, len(ids), width)
	}
}

// Transpose writes dst [cols, rows] = srcᵀ for src [rows, cols], both dense and apart.
func Transpose(dst, src []float32, rows, cols int) {
	needMatrix("Transpose", "src", len(src), cols, rows, cols)
	needMatrix("Transpose", "dst", len(dst), rows, cols, rows)
	if rows > 0 && cols > 0 {
		transpose(dst, rows, src, cols, rows, cols)
	}
}

// AddRow adds one row, a bias, to each of the first rows rows of dst: dst[r,:] += row. It does not overlap dst.
func AddRow(dst []float32, ld int, row []float32, rows int) {
	needMatrix("AddRow", "dst", len(dst), ld, rows, len(row))
	if rows > 0 && len(row) > 0 {
		addRow(dst, ld, row, rows, len(row))
	}
}

// ColumnSums adds the sums of src's columns, a bias gradient: dst[j] += Σ_r src[r,j]. Each column is one chain that
// starts from dst[j] and runs over ascending r. dst does not overlap src.
func ColumnSums(dst []float32, src []float32, ld, rows, cols int) {
	needMatrix("ColumnSums", "dst", len(dst), cols, 1, cols)
	needMatrix("ColumnSums", "src", len(src), ld, rows, cols)
	if rows > 0 && cols > 0 {
		columnSums(dst, src, ld, rows, cols)
	}
}
