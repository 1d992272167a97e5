// Faults makes a program read its line table in all the ways that Go's runtime does: growing stacks, collecting with live
// pointers in deep frames, recovering, asking for callers; and ends with a panic that nobody recovers.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

type node struct {
	next  *node
	value [16]int
}

//go:noinline
func deep(n int, list *node) int {
	local := &node{next: list}
	for i := range local.value {
		local.value[i] = n + i
	}
	sum := 0
	if n > 0 {
		sum = deep(n-1, local)
	} else {
		runtime.GC()
	}
	if n%500 == 0 {
		runtime.GC()
	}
	return sum + local.value[15] - n
}

//go:noinline
func recovered() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var empty []int
	return fmt.Sprint(empty[len(text)])
}

func main() {
	fmt.Println(deep(3000, nil))
	fmt.Println(recovered())
	pcs := make([]uintptr, 8)
	frame, _ := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)]).Next()
	fmt.Println(frame.Function, strings.HasSuffix(frame.File, ".go"), frame.Line)
	func() { panic("the end") }()
}
