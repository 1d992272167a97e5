package safetensors

import (
	"math"
	"sort"
	"strconv"
	"unicode/utf8"

	"github.com/unfold-rnn/unfold/core/checkpoint"
	"github.com/unfold-rnn/unfold/core/text"
)

// Write gives the one canonical file of a content: every tensor F32, sorted by name; the header compact, metadata
// first and its keys sorted, padded with spaces so that the numbers begin at a multiple of 8. It is what the format's
// own writer makes of the same content (which, however, takes metadata keys in no particular order).
//
// Refused, with a [*checkpoint.Error], is what [Read] could not give back: a name that stands there twice, is
// "__metadata__" or is not UTF-8; a shape whose product is not the number of numbers; more than 16,384 tensors or
// metadata keys, more than 32 extents, a header over 100,000,000 bytes.
func Write(content checkpoint.File) ([]byte, error) {
	tensors := append([]checkpoint.Tensor(nil), content.Tensors...)
	// One kind of sort everywhere: every type given to slices.SortFunc is a copy of it in the download.
	sort.Slice(tensors, func(i, j int) bool { return tensors[i].Name < tensors[j].Name })
	if err := writable(tensors, content.Metadata); err != nil {
		return nil, err
	}
	header, numbers := appendHeader(make([]byte, 0, roughHeader(tensors, content.Metadata)), tensors, content.Metadata)
	if len(header) > maxHeader {
		return nil, failf(checkpoint.NoOffset, "header of %d bytes is over the limit of %d", len(header), maxHeader)
	}
	file := make([]byte, prefix+len(header)+4*numbers)
	putUint32(file, 0, uint32(len(header)))
	at := prefix + copy(file[prefix:], header)
	for _, t := range tensors {
		for _, v := range t.Data {
			putUint32(file, at, math.Float32bits(v))
			at += 4
		}
	}
	return file, nil
}

func sortedKeys(metadata map[string]string) []string {
	keys := make([]string, 0, len(metadata))
	for key := range metadata {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}

// roughHeader is about how many bytes the header takes; exact enough that its memory seldom has to grow.
func roughHeader(tensors []checkpoint.Tensor, metadata map[string]string) int {
	size := 64
	for key, value := range metadata {
		size += len(key) + len(value) + 6
	}
	for _, t := range tensors {
		size += len(t.Name) + 8*len(t.Shape) + 80
	}
	return size
}

// appendHeader writes the header, padding included, and tells how many numbers follow it.
func appendHeader(out []byte, tensors []checkpoint.Tensor, metadata map[string]string) (header []byte, numbers int) {
	out = append(out, '{')
	if metadata != nil {
		out = append(appendString(out, metadataKey), ':', '{')
		for i, key := range sortedKeys(metadata) {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendString(out, key), ':')
			out = appendString(out, metadata[key])
		}
		out = append(out, '}')
	}
	for i, t := range tensors {
		if i > 0 || metadata != nil {
			out = append(out, ',')
		}
		out = append(appendString(out, t.Name), `:{"dtype":"F32","shape":`...)
		out = appendIntegers(out, t.Shape...)
		out = append(out, `,"data_offsets":`...)
		out = appendIntegers(out, 4*numbers, 4*(numbers+len(t.Data)))
		out = append(out, '}')
		numbers += len(t.Data)
	}
	out = append(out, '}')
	for len(out)%alignment != 0 { // the length before it is 8 bytes itself
		out = append(out, ' ')
	}
	return out, numbers
}

func appendIntegers(out []byte, integers ...int) []byte {
	out = append(out, '[')
	for i, n := range integers {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, int64(n), 10)
	}
	return append(out, ']')
}

// writable refuses what [Read] could not give back. The tensors are sorted by name.
func writable(tensors []checkpoint.Tensor, metadata map[string]string) error {
	refuse := func(format string, arguments ...any) error {
		return failf(checkpoint.NoOffset, format, arguments...)
	}
	if len(tensors) > maxTensors {
		return refuse("%d tensors, want at most %d", len(tensors), maxTensors)
	}
	if len(metadata) > maxMetadata {
		return refuse("%d metadata keys, want at most %d", len(metadata), maxMetadata)
	}
	for _, key := range sortedKeys(metadata) {
		if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
			return refuse("metadata %s is not UTF-8", quote(key))
		}
	}
	for i, t := range tensors {
		switch {
		case !utf8.ValidString(t.Name):
			return refuse("tensor %s: name is not UTF-8", quote(t.Name))
		case t.Name == metadataKey:
			return refuse("tensor %s: the format keeps this name for itself", quote(t.Name))
		case i > 0 && tensors[i-1].Name == t.Name:
			return refuse("tensor %s stands there twice", quote(t.Name))
		case len(t.Shape) > maxRank:
			return refuse("tensor %s: shape has %d extents, want at most %d", quote(t.Name), len(t.Shape), maxRank)
		}
		if fault := disagreement(t); fault != "" {
			return refuse("tensor %s: %s", quote(t.Name), fault)
		}
	}
	return nil
}

// disagreement says what is wrong between a tensor's shape and its numbers, and nothing when they agree.
func disagreement(t checkpoint.Tensor) string {
	for _, extent := range t.Shape {
		if extent < 0 || extent > maxInteger {
			return text.Sprintf("shape is %v, want extents in 0..2^53", t.Shape)
		}
	}
	n, ok := product(t.Shape)
	if !ok {
		return text.Sprintf("shape %v is over 2^53 numbers", t.Shape)
	}
	if n != len(t.Data) {
		return text.Sprintf("data has %d floats, shape %v needs %d", len(t.Data), t.Shape, n)
	}
	return ""
}
