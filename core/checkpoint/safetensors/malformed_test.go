package safetensors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

// A malformed file and what Read says of it, without the format's name in front.
type malformed struct {
	file    []byte
	offset  int
	message string
}

// tensorA is a header with one tensor "a" whose entry is entry; its name stands at byte 9.
func tensorA(entry string) string { return `{"a":` + entry + `}` }

func f32(name, shape, offsets string) string {
	return fmt.Sprintf(`"%s":{"dtype":"F32","shape":[%s],"data_offsets":[%s]}`, name, shape, offsets)
}

func malformedFrames() []malformed {
	return []malformed{
		{nil, 0, "file has 0 bytes, want 8 or more"},
		{[]byte("\x02\x00\x00\x00\x00\x00\x00"), 7, "file has 7 bytes, want 8 or more"},
		{[]byte(little(100_000_001)), 0, "header of 100000001 bytes is over the limit of 100000000"},
		{[]byte(little(1 << 63)), 0, "header of 9223372036854775808 bytes is over the limit of 100000000"},
		{[]byte(little(100_000_000)), 8, "header of 100000000 bytes ends at byte 100000008, file has 8 bytes"},
		{[]byte(little(3) + "{}"), 10, "header of 3 bytes ends at byte 11, file has 10 bytes"},
		{handMade("", ""), 8, "byte 8: header ends, want '{' to open the header"},
		{handMade(" {}", ""), 8, `byte 8: ' ', want '{' to open the header`},
		{handMade("\ufeff{}", ""), 8, `byte 8: '\ufeff', want '{' to open the header`},
		{handMade("[]", ""), 8, `byte 8: '[', want '{' to open the header`},
		{handMade("{}x", ""), 10, `byte 10: 'x', want nothing but spaces after the header's '}'`},
		{handMade("{} {}", ""), 11, `byte 11: '{', want nothing but spaces after the header's '}'`},
		{handMade("{}\x00", ""), 10, `byte 10: '\x00', want nothing but spaces after the header's '}'`},
		{handMade("{\"\xff\":", ""), 10, "byte 10: header is not UTF-8 (0xff)"},
		{handMade("{}  \xc3", ""), 12, "byte 12: header is not UTF-8 (0xc3)"},
		{handMade("{\"é\xed\xa0\x80\":1}", ""), 12, "byte 12: header is not UTF-8 (0xed)"},
		{handMade("{}", "\x00"), 10, "tensors end at byte 10, file has 11 bytes"},
	}
}

func malformedJSON() []malformed {
	deep := strings.Repeat("[", 100_000)
	return []malformed{
		{handMade("{", ""), 9, `byte 9: header ends, want a key (a string)`},
		{handMade("{a:1}", ""), 9, `byte 9: 'a', want a key (a string)`},
		{handMade("{,}", ""), 9, `byte 9: ',', want a key (a string)`},
		{handMade(`{"a}`, ""), 9, `byte 9: a key does not end`},
		{handMade(`{"a\"}`, ""), 9, `byte 9: a key does not end`},
		{handMade(`{"a\`, ""), 9, `byte 9: a key does not end`},
		{handMade("{\"a\nb\":1}", ""), 11, `byte 11: control character 0x0a in a key, want an escape`},
		{handMade(`{"a\x":1}`, ""), 12, `byte 12: 'x', want an escape in a key`},
		{handMade(`{"\u12g4":1}`, ""), 14, `byte 14: 'g', want a hexadecimal digit in a key`},
		{handMade(`{"\u12":1}`, ""), 14, `byte 14: '"', want a hexadecimal digit in a key`},
		{handMade(`{"\ud800":1}`, ""), 10, `byte 10: half of a surrogate pair in a key`},
		{handMade(`{"\udc00\ud800":1}`, ""), 10, `byte 10: half of a surrogate pair in a key`},
		{handMade(`{"\ud83d\u0041":1}`, ""), 10, `byte 10: half of a surrogate pair in a key`},
		{handMade(`{"\ud83d\n":1}`, ""), 10, `byte 10: half of a surrogate pair in a key`},
		{handMade(`{"a" 1}`, ""), 13, `byte 13: '1', want ':' after a key`},
		{handMade(tensorA("null"), ""), 13, `tensor "a": byte 13: 'n', want '{' to open its entry`},
		{handMade(tensorA("1"), ""), 13, `tensor "a": byte 13: '1', want '{' to open its entry`},
		{handMade(tensorA(deep), ""), 13, `tensor "a": byte 13: '[', want '{' to open its entry`},
		{handMade(strings.Repeat(`{"a":`, 8000), ""), 14, `tensor "a": byte 14: key "a", want dtype, shape and data_offsets`},
		{handMade(`{"__metadata__":null}`, ""), 24, `byte 24: 'n', want '{' to open __metadata__`},
		{handMade(`{"__metadata__":{"k":1}}`, ""), 29, `byte 29: '1', want a value of __metadata__ (a string)`},
		{handMade(`{"__metadata__":{"k":{"l":"m"}}}`, ""), 29, `byte 29: '{', want a value of __metadata__ (a string)`},
		{handMade(`{"__metadata__":{"k":"v",}}`, ""), 33, `byte 33: '}', want a key (a string)`},
		{handMade(`{"__metadata__":{"k":"v" "l":"m"}}`, ""), 33, `byte 33: '"', want ',' or '}' after a value`},
		{handMade(`{"__metadata__":{"k":"v"`, ""), 32, `byte 32: header ends, want ',' or '}' after a value`},
		{handMade(`{"__metadata__":{"k":"v","\u006b":"w"}}`, ""), 33, `byte 33: __metadata__ has the key "k" twice`},
		{handMade(`{"__metadata__":{},"__metadata__":{}}`, ""), 27, `byte 27: header has the key "__metadata__" twice`},
		{handMade("{"+f32("a", "1", "0,4")+","+f32(`\u0061`, "1", "4,8")+"}", "12345678"), 62, `byte 62: header has the key "a" twice`},
		{handMade("{"+f32("a", "1", "0,4")+",}", "1234"), 62, `byte 62: '}', want a key (a string)`},
	}
}

func malformedEntries() []malformed {
	at := func(offset int, entry, message string) malformed {
		return malformed{handMade(tensorA(entry), "12345678"), offset, `tensor "a": ` + message}
	}
	shape := func(extents string) string { return `{"shape":[` + extents + `],"dtype":"F32","data_offsets":[0,8]}` }
	return []malformed{
		at(9, `{}`, `dtype is missing`),
		at(9, `{"dtype":"F32","data_offsets":[0,8]}`, `shape is missing`),
		at(9, `{"dtype":"F32","shape":[2]}`, `data_offsets is missing`),
		at(14, `{"Dtype":"F32","shape":[2],"data_offsets":[0,8]}`, `byte 14: key "Dtype", want dtype, shape and data_offsets`),
		at(14, `{"":[[[[]]]],"dtype":"F32"}`, `byte 14: key "", want dtype, shape and data_offsets`),
		at(28, `{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}`, `byte 28: dtype stands there twice`),
		at(26, `{"shape":[2],"\u0073hape":[2],"dtype":"F32","data_offsets":[0,8]}`, `byte 26: shape stands there twice`),
		at(22, `{"dtype":32,"shape":[2],"data_offsets":[0,8]}`, `byte 22: '3', want dtype (a string)`),
		at(22, `{"dtype":"f32","shape":[2],"data_offsets":[0,8]}`, `dtype is "f32", want F32, F64, F16, BF16 or I64`),
		at(22, `{"dtype":"I32","shape":[2],"data_offsets":[0,8]}`, `dtype is "I32", want F32, F64, F16, BF16 or I64`),
		at(22, `{"dtype":"F4","shape":[3],"data_offsets":[0,8]}`, `dtype is "F4", want F32, F64, F16, BF16 or I64`),
		at(22, `{"shape":{},"dtype":"F32","data_offsets":[0,8]}`, `byte 22: '{', want '[' to open shape`),
		at(23, shape(`-2`), `byte 23: '-', want an extent of shape (an integer, 0 or more)`),
		at(23, shape(`"2"`), `byte 23: '"', want an extent of shape (an integer, 0 or more)`),
		at(23, shape(`[2]`), `byte 23: '[', want an extent of shape (an integer, 0 or more)`),
		at(23, shape(`2.0`), `byte 23: an extent of shape is not written as an integer`),
		at(23, shape(`2e0`), `byte 23: an extent of shape is not written as an integer`),
		at(23, shape(`2E0`), `byte 23: an extent of shape is not written as an integer`),
		at(23, shape(`02`), `byte 23: an extent of shape has a leading zero`),
		at(25, shape(`2,`), `byte 25: ']', want an extent of shape (an integer, 0 or more)`),
		at(25, shape(`2 2`), `byte 25: '2', want ',' or ']' in shape`),
		at(24, shape(`2:2`), `byte 24: ':', want ',' or ']' in shape`),
		at(23, shape(`9007199254740993`), `byte 23: an extent of shape is over 2^53`),
		at(23, shape(`18446744073709551618`), `byte 23: an extent of shape is over 2^53`),
		at(23, shape(strings.Repeat("9", 5000)), `byte 23: an extent of shape is over 2^53`),
		at(23+2*32, shape(strings.Repeat("1,", 32)+"1"), `byte 87: shape has more than 32 extents`),
		at(9, shape(`9007199254740992,2`), `shape [9007199254740992 2] is over 2^53 numbers`),
		at(9, shape(`4294967296,4294967296,0`), `shape [4294967296 4294967296 0] is over 2^53 numbers`),
		at(9, shape(``), `offsets [0 8] hold 2 floats, shape [] needs 1`),
		at(9, shape(`3`), `offsets [0 8] hold 2 floats, shape [3] needs 3`),
		at(9, shape(`0`), `offsets [0 8] hold 2 floats, shape [0] needs 0`),
		at(31, `{"data_offsets":[0],"dtype":"F32","shape":[2]}`, `byte 31: ']', want ',' between begin and end of data_offsets`),
		at(33, `{"data_offsets":[0,8,8],"dtype":"F32","shape":[2]}`, `byte 33: ',', want ']' after begin and end of data_offsets`),
		at(32, `{"data_offsets":[0,-8],"dtype":"F32","shape":[2]}`, `byte 32: '-', want the end of data_offsets (an integer, 0 or more)`),
		at(30, `{"data_offsets":[9007199254740993,8],"dtype":"F32","shape":[2]}`, `byte 30: the begin of data_offsets is over 2^53`),
		at(29, `{"data_offsets":8,"dtype":"F32","shape":[2]}`, `byte 29: '8', want '[' to open data_offsets`),
	}
}

func malformedLayouts() []malformed {
	of := func(offset int, numbers, message string, entries ...string) malformed {
		return malformed{handMade("{"+strings.Join(entries, ",")+"}", numbers), offset, message}
	}
	eighty := strings.Repeat("\x00", 80)
	return []malformed{
		of(9, eighty, `tensor "rnn.weight_ih_l0": offsets [0 80] hold 20 floats, shape [4 6] needs 24`, f32("rnn.weight_ih_l0", "4,6", "0,80")),
		of(9, "1234567", `tensor "a": offsets [0 7] hold 7 bytes, want a multiple of 4 (F32)`, f32("a", "1", "0,7")),
		of(9, "12345678", `tensor "a": offsets [8 4] end before they begin`, f32("a", "1", "8,4")),
		of(9, "12345678", `tensor "a": offsets [4 8] leave a gap, want them to begin at 0`, f32("a", "1", "4,8")),
		of(62, "123456789012", `tensor "b": offsets [8 12] leave a gap, want them to begin at 4`, f32("a", "1", "0,4"), f32("b", "1", "8,12")),
		of(62, "12345678", `tensor "b": offsets [2 6] overlap tensor "a", which ends at 4`, f32("a", "1", "0,4"), f32("b", "1", "2,6")),
		of(62, "1234", `tensor "b": offsets [0 4] overlap tensor "a", which ends at 4`, f32("a", "1", "0,4"), f32("b", "1", "0,4")),
		of(62, "12345678", `tensor "b": offsets [4 4] overlap tensor "a", which ends at 8`, f32("a", "2", "0,8"), f32("b", "0", "4,4")),
		of(65, "123", "tensors end at byte 66, file has 65 bytes", f32("a", "1", "0,4")),
		of(66, "12345", "tensors end at byte 66, file has 67 bytes", f32("a", "1", "0,4")),
		of(66, "1234"+"{}", "tensors end at byte 66, file has 68 bytes", f32("a", "1", "0,4")),
		of(92, "", "tensors end at byte 9007199254741084, file has 92 bytes",
			f32("a", "2251799813685248", "0,9007199254740992")),
		of(9, "", `tensor "a": offsets [4 4] leave a gap, want them to begin at 0`, f32("a", "0", "4,4")),
	}
}

func corpus() []malformed {
	var all []malformed
	for _, some := range [][]malformed{malformedFrames(), malformedJSON(), malformedEntries(), malformedLayouts()} {
		all = append(all, some...)
	}
	return all
}

func TestMalformedFilesAreRefusedInFigures(t *testing.T) {
	for _, m := range corpus() {
		content, err := Read(m.file)
		fault := requireRefused(t, m.file, content, err)
		assert.EqualError(t, err, "safetensors: "+m.message)
		assert.Equal(t, m.offset, fault.Offset, m.message)
	}
}

// Each of the header's limits, one past it.
func TestLimitsAreRefusedInFigures(t *testing.T) {
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return "{" + strings.Join(items, ",") + "}"
	}
	tensors := list(maxTensors+1, func(i int) string { return f32(fmt.Sprint(i), "0", "0,0") })
	_, err := Read(handMade(tensors, ""))
	assert.ErrorContains(t, err, "header has more than 16384 tensors")

	keys := list(maxMetadata+1, func(i int) string { return fmt.Sprintf(`"%d":""`, i) })
	_, err = Read(handMade(`{"__metadata__":`+keys+`}`, ""))
	assert.ErrorContains(t, err, "__metadata__ has more than 16384 keys")
}

// A name of a megabyte makes a short message, cut between characters.
func TestMessagesStayShort(t *testing.T) {
	file := handMade("{"+f32(strings.Repeat("文", 1<<20), "1", "0,8")+"}", "12345678")
	content, err := Read(file)
	requireRefused(t, file, content, err)
	require.EqualError(t, err, `safetensors: tensor "`+strings.Repeat("文", 26)+`"...: offsets [0 8] hold 2 floats, shape [1] needs 1`)

	_, err = Write(checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "\x1b[31m\u202e", Shape: []int{1}}}})
	require.EqualError(t, err, `safetensors: tensor "\x1b[31m\u202e": data has 0 floats, shape [1] needs 1`)
}
