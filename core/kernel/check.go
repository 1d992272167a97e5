package kernel

import "strconv"

// needMatrix panics unless a slice of the given length holds rows rows of cols floats that lie ld apart.
func needMatrix(kernel, what string, length, ld, rows, cols int) {
	if rows < 0 || cols < 0 || ld < cols {
		panicShape(kernel, what, length, ld, rows, cols)
	}
	// Division, because a product of hostile sizes can wrap around.
	if rows > 0 && cols > 0 && (length < cols || rows > 1 && (length-cols)/ld < rows-1) {
		panicShape(kernel, what, length, ld, rows, cols)
	}
}

//go:noinline
func panicShape(kernel, what string, length, ld, rows, cols int) {
	panic("kernel: " + kernel + ": " + what + " has " + strconv.Itoa(length) + " floats, want [" + strconv.Itoa(rows) + " " +
		strconv.Itoa(cols) + "] with rows " + strconv.Itoa(ld) + " apart")
}

// needLength panics unless a slice has exactly the wanted length.
func needLength(kernel, what string, length, want int) {
	if length != want {
		panic("kernel: " + kernel + ": " + what + " has " + strconv.Itoa(length) + " elements, want " + strconv.Itoa(want))
	}
}

// needIDs panics unless every id is in [0, limit).
func needIDs(kernel, what string, ids []int32, limit int) {
	for i, id := range ids {
		needID(kernel, what, i, id, limit)
	}
}

func needID(kernel, what string, i int, id int32, limit int) {
	if id < 0 || int(id) >= limit {
		panicID(kernel, what, i, id, limit)
	}
}

//go:noinline
func panicID(kernel, what string, i int, id int32, limit int) {
	panic("kernel: " + kernel + ": " + what + "[" + strconv.Itoa(i) + "] = " + strconv.Itoa(int(id)) +
		", want 0 to " + strconv.Itoa(limit-1))
}

// rowsOf is the number of whole rows that a table of the given length holds.
func rowsOf(length, ld, width int) int {
	if length < width {
		return 0
	}
	return (length-width)/max(ld, 1) + 1
}
