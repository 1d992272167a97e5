package safetensors

import (
	"unicode/utf8"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// An entry is what the header says of one tensor.
type entry struct {
	name       string
	dtype      *dtype
	shape      []int
	begin, end int // bytes from the start of the numbers
	offset     int // in the file: where the name stands
}

func (e entry) String() string { return "tensor " + quote(e.name) }

// parseHeader gives the entries in the order in which the header has them.
func parseHeader(text []byte) ([]entry, map[string]string, *checkpoint.Error) {
	if at := invalidUTF8(text); at >= 0 {
		return nil, nil, failf(prefix+at, "byte %d: header is not UTF-8 (%#x)", prefix+at, int(text[at]))
	}
	s := scanner{text: text}
	const open = "'{' to open the header"
	if len(text) == 0 || text[0] != '{' { // the format allows no space before it
		s.wanted(open)
		return nil, nil, s.err
	}
	var entries []entry
	var metadata map[string]string
	names := map[string]bool{}
	s.object(open, func(key string, offset int) {
		switch {
		case names[key]:
			s.failf(offset, "byte %d: header has the key %s twice", offset, quote(key))
			return
		case key != metadataKey && len(entries) == maxTensors:
			s.failf(offset, "byte %d: header has more than %d tensors", offset, maxTensors)
			return
		}
		names[key] = true
		if key == metadataKey {
			metadata = s.metadata()
		} else {
			entries = append(entries, s.entry(key, offset))
		}
	})
	s.space()
	if s.err == nil && s.at < len(text) {
		s.wanted("nothing but spaces after the header's '}'")
	}
	if s.err != nil {
		return nil, nil, s.err
	}
	return entries, metadata, nil
}

func (s *scanner) metadata() map[string]string {
	metadata := map[string]string{}
	s.object("'{' to open "+metadataKey, func(key string, offset int) {
		if _, twice := metadata[key]; twice {
			s.failf(offset, "byte %d: %s has the key %s twice", offset, metadataKey, quote(key))
			return
		}
		if len(metadata) == maxMetadata {
			s.failf(offset, "byte %d: %s has more than %d keys", offset, metadataKey, maxMetadata)
			return
		}
		metadata[key] = s.str("a value of " + metadataKey)
	})
	return metadata
}

func (s *scanner) entry(name string, offset int) entry {
	e := entry{name: name, offset: offset}
	s.inTensor, s.tensor = true, name
	keys := [...]string{"dtype", "shape", "data_offsets"}
	var seen [len(keys)]bool
	s.object("'{' to open its entry", func(key string, offset int) {
		for i := range keys {
			if keys[i] == key && seen[i] {
				s.failf(offset, "byte %d: %s stands there twice", offset, key)
				return
			}
			seen[i] = seen[i] || keys[i] == key
		}
		switch key {
		case "dtype":
			e.dtype = s.dtype()
		case "shape":
			e.shape = s.shape()
		case "data_offsets":
			e.begin, e.end = s.dataOffsets()
		default:
			s.failf(offset, "byte %d: key %s, want dtype, shape and data_offsets", offset, quote(key))
		}
	})
	for i := range keys {
		if !seen[i] {
			s.failf(offset, "%s is missing", keys[i])
		}
	}
	s.inTensor = false
	return e
}

func (s *scanner) dtype() *dtype {
	s.space()
	offset := s.offset()
	name := s.str("dtype")
	for i := range dtypes {
		if dtypes[i].name == name {
			return &dtypes[i]
		}
	}
	s.failf(offset, "dtype is %s, want %s", quote(name), readable)
	return nil
}

func (s *scanner) shape() []int {
	s.expect('[', "'[' to open shape")
	var extents [maxRank]int
	rank := 0
	for done := s.next(']'); !done && s.err == nil; {
		if rank == maxRank {
			s.failf(s.offset(), "byte %d: shape has more than %d extents", s.offset(), maxRank)
			break
		}
		extents[rank] = s.integer("an extent of shape")
		rank++
		if done = s.next(']'); !done {
			s.expect(',', "',' or ']' in shape")
		}
	}
	return append(make([]int, 0, rank), extents[:rank]...)
}

func (s *scanner) dataOffsets() (begin, end int) {
	s.expect('[', "'[' to open data_offsets")
	begin = s.integer("the begin of data_offsets")
	s.expect(',', "',' between begin and end of data_offsets")
	end = s.integer("the end of data_offsets")
	s.expect(']', "']' after begin and end of data_offsets")
	return begin, end
}

// product is the number of numbers that a shape of extents in 0..2^53 asks for. ok is false when it, or the product
// of the first few extents, is over 2^53.
func product(shape []int) (n int, ok bool) {
	n = 1
	for _, extent := range shape {
		if extent > 0 && n > maxInteger/extent {
			return 0, false
		}
		n *= extent
	}
	return n, true
}

// invalidUTF8 gives the first byte that is not part of a UTF-8 sequence, or -1.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; ; {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
}
