package safetensors

import (
	"sort"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// Read gives the content of a safetensors file. Numbers of type F32 keep their bits; F16 and BF16 are widened
// exactly; F64 is rounded; I64 must fit a float32 exactly. Tensors come in the order of their data, those without
// data by name, and share one block of memory; nothing of the result lies in file.
//
// On error the File is empty, and the error is a [*checkpoint.Error].
func Read(file []byte) (checkpoint.File, error) {
	content, err := read(file)
	if err != nil {
		return checkpoint.File{}, err
	}
	return content, nil
}

func read(file []byte) (checkpoint.File, *checkpoint.Error) {
	var none checkpoint.File
	if len(file) < prefix {
		return none, failf(len(file), "file has %d bytes, want %d or more", len(file), prefix)
	}
	length := uint64At(file, 0)
	if length > maxHeader {
		return none, failf(0, "header of %d bytes is over the limit of %d", length, maxHeader)
	}
	start := prefix + int(length)
	if start > len(file) {
		return none, failf(len(file), "header of %d bytes ends at byte %d, file has %d bytes", length, start, len(file))
	}
	entries, metadata, err := parseHeader(file[prefix:start])
	if err != nil {
		return none, err
	}
	total, err := layOut(entries, start, len(file))
	if err != nil {
		return none, err
	}
	numbers := make([]float32, total)
	content := checkpoint.File{Tensors: make([]checkpoint.Tensor, 0, len(entries)), Metadata: metadata}
	for _, e := range entries {
		n := (e.end - e.begin) / e.dtype.size
		data := numbers[:n:n]
		numbers = numbers[n:]
		if bad := e.dtype.decode(data, file[start+e.begin:start+e.end]); bad < n {
			at := start + e.begin + bad*e.dtype.size
			return none, failf(at, "%v: number %d (%s at byte %d) does not fit float32", e, bad, e.dtype.name, at)
		}
		content.Tensors = append(content.Tensors, checkpoint.Tensor{Name: e.name, Shape: e.shape, Data: data})
	}
	return content, nil
}

// layOut sorts the entries by their place and checks that they fill the file from start to its end. It gives how
// many numbers they have in all.
func layOut(entries []entry, start, fileLength int) (total int, err *checkpoint.Error) {
	for _, e := range entries {
		if e.end < e.begin {
			return 0, failf(e.offset, "%v: offsets [%d %d] end before they begin", e, e.begin, e.end)
		}
		n, ok := product(e.shape)
		if !ok {
			return 0, failf(e.offset, "%v: shape %v is over 2^53 numbers", e, e.shape)
		}
		size := e.dtype.size
		if held := e.end - e.begin; held%size != 0 {
			return 0, failf(e.offset, "%v: offsets [%d %d] hold %d bytes, want a multiple of %d (%s)",
				e, e.begin, e.end, held, size, e.dtype.name)
		} else if held/size != n {
			return 0, failf(e.offset, "%v: offsets [%d %d] hold %d %s, shape %v needs %d",
				e, e.begin, e.end, held/size, e.dtype.many, e.shape, n)
		}
	}
	sort.Slice(entries, func(i, j int) bool {
		a, b := &entries[i], &entries[j]
		if a.begin != b.begin {
			return a.begin < b.begin
		}
		if a.end != b.end {
			return a.end < b.end
		}
		return a.name < b.name
	})
	last := 0
	for i, e := range entries {
		switch {
		case e.begin < last:
			return 0, failf(e.offset, "%v: offsets [%d %d] overlap %v, which ends at %d", e, e.begin, e.end, entries[i-1], last)
		case e.begin > last:
			return 0, failf(e.offset, "%v: offsets [%d %d] leave a gap, want them to begin at %d", e, e.begin, e.end, last)
		}
		last = e.end
		total += (e.end - e.begin) / e.dtype.size
	}
	if last != fileLength-start {
		return 0, failf(min(start+last, fileLength), "tensors end at byte %d, file has %d bytes", start+last, fileLength)
	}
	return total, nil
}
