package main

import (
	"encoding/binary"
	"fmt"
)

// The instructions of a segment's offset: i32.const n, end.
const (
	constant32 = 0x41
	end        = 0x0b
)

// largestImage bounds what a data section may fill: Go's linker puts data into the first megabytes.
const largestImage = 1 << 28

// readData gives the memory that the active segments of memory 0 make of zeros, up to the last byte that they write. They come
// in any order, and a later one overwrites an earlier one.
func readData(body []byte) ([]byte, error) {
	r := &reader{bytes: body}
	var image []byte
	for range r.unsigned() {
		if kind := r.unsigned(); kind != 0 {
			return nil, fmt.Errorf("data segment of kind %d, want 0: active, memory 0", kind)
		}
		if op := r.byte(); op != constant32 {
			return nil, fmt.Errorf("data segment's offset begins with %#x, want i32.const", op)
		}
		offset := int(uint32(r.signed32()))
		if op := r.byte(); op != end {
			return nil, fmt.Errorf("data segment's offset goes on with %#x, want end", op)
		}
		data := r.take(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		if offset+len(data) > largestImage {
			return nil, fmt.Errorf("data segment at [%d %d), want one below %d", offset, offset+len(data), largestImage)
		}
		if more := offset + len(data) - len(image); more > 0 {
			image = append(image, make([]byte, more)...)
		}
		copy(image[offset:], data)
	}
	return image, r.err
}

// shortestGap is how many zeros in a row end a segment. Go's linker ends one at every 8 or so, which makes 57,000 segments;
// the numbers between them have no pattern that a compressor could use, zeros have.
const shortestGap = 64

// layOut writes an image as a data section: segments with the long runs of zeros left out, for memory begins as zeros.
func layOut(image []byte) []byte {
	var segments []byte
	count := uint64(0)
	for at := 0; at < len(image); {
		if image[at] == 0 {
			at++
			continue
		}
		last := at // of the segment's bytes that are not zero
		for next := at; next < len(image) && next-last <= shortestGap; next++ {
			if image[next] != 0 {
				last = next
			}
		}
		segments = append(segments, 0, constant32)
		segments = appendSigned32(segments, int32(at))
		segments = append(segments, end)
		segments = binary.AppendUvarint(segments, uint64(last+1-at))
		segments = append(segments, image[at:last+1]...)
		at = last + 1
		count++
	}
	return append(binary.AppendUvarint(nil, count), segments...)
}
