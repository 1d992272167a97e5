package jsbridge

import (
	"runtime"
	"syscall/js"
)

// Linear memory never shrinks, so garbage that piles up until the collector runs by itself, at twice the live heap,
// would be memory that the page never gets back. The bridge collects after so many bytes of crossing data instead,
// and makes the room for them once, right after the live heap has grown: from then on memory stays as it is.
const headroom = 4 << 20

// callGarbage is about what a call leaves behind apart from its arrays: maps, closures, references to objects of the
// host. Each reference has a finaliser, whose record the runtime takes from memory that it never gives back either.
const (
	callGarbage = 8 << 10
	references  = 1 << 13 // more than the calls between two collections leave behind
)

// crossing counts what bridge calls have left behind.
type crossing struct{ bytes int }

// crossed counts the bytes of the arrays that every call copies.
var crossed crossing

func (c *crossing) add(bytes int) { c.bytes += bytes }

// collect runs the collector when enough was left behind.
func (c *crossing) collect() {
	if c.bytes < headroom/2 {
		return
	}
	c.bytes = 0
	runtime.GC()
}

// makeRoom takes memory for the garbage to come from the host, and gives it to the allocator.
func makeRoom() {
	runtime.GC()
	room := make([]byte, headroom)
	array := js.Global().Get("Array")
	for range references {
		array.New()
	}
	runtime.KeepAlive(room)
	runtime.GC()
	crossed.bytes = 0
}
