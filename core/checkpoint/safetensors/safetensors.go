// Package safetensors reads and writes the safetensors file format, with which PyTorch's users exchange weights.
//
// A file is
//
//	8 bytes   N, little-endian
//	N bytes   header: UTF-8 JSON that begins with '{', padded with spaces
//	the rest  the tensors' numbers, row-major, little-endian
//
// The header maps every tensor's name to {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}, in bytes from the
// start of the third part, and "__metadata__", which may be absent, to an object of strings. The tensors fill the third
// part without gap or overlap.
//
// [Read] is meant for files from strangers. It looks at everything before it allocates memory for the first number, it
// gives all of the file or nothing, it allocates at most twice the file's length and 16 MiB, and its errors are
// [checkpoint.Error] values that say at which byte it stopped. It refuses what the format does not allow, and these,
// which some readers let pass, because two readers could understand them in two ways: duplicate keys, keys of a tensor
// that the format does not know, white space before '{', integers above 2^53. No JSON value nests deeper than
// the format's own three levels, so no depth of brackets can exhaust the stack.
//
// Reference: https://github.com/huggingface/safetensors.
package safetensors

import (
	"strconv"
	"unicode/utf8"

	"github.com/unfold-rnn/unfold/core/checkpoint"
	"github.com/unfold-rnn/unfold/core/text"
)

const (
	prefix      = 8 // bytes of the header's length
	alignment   = 8 // the numbers begin at a multiple of it in a file that [Write] made
	metadataKey = "__metadata__"
	maxHeader   = 100_000_000 // bytes: the format's own limit
	maxInteger  = 1 << 53     // the largest that every JSON reader keeps exact

	// What one header byte can cost in memory is bounded by these; an RNN needs a few dozen tensors of rank 2.
	maxTensors  = 1 << 14
	maxMetadata = 1 << 14
	maxRank     = 32
)

func failf(offset int, format string, arguments ...any) *checkpoint.Error {
	return &checkpoint.Error{Format: "safetensors", Offset: offset, Message: text.Sprintf(format, arguments...)}
}

// quote makes a name from a file fit for a message: no control characters, no more than 80 bytes of it.
func quote(name string) string {
	const most = 80
	if len(name) <= most {
		return strconv.Quote(name)
	}
	cut := most
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strconv.Quote(name[:cut]) + "..."
}
