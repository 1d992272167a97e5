package safetensors

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/unfold-rnn/unfold/core/checkpoint"
)

func TestRoundTripKeepsEveryBit(t *testing.T) {
	all := patterns("every exponent and sign, five fractions")
	for sign := range uint32(2) {
		for exponent := range uint32(256) {
			for _, fraction := range []uint32{0, 1, 0x2aaaaa, 0x400000, 0x7fffff} {
				all.Data = append(all.Data, math.Float32frombits(sign<<31|exponent<<23|fraction))
			}
		}
	}
	all.Shape = []int{len(all.Data)}
	everyRune := new(strings.Builder)
	for r := range rune(0x300) {
		everyRune.WriteRune(r)
	}
	everyRune.WriteString("\ufeff\ufffd\uffff\U0010ffff")

	for what, content := range map[string]checkpoint.File{
		"nothing":          {},
		"empty metadata":   {Metadata: map[string]string{}},
		"metadata alone":   {Metadata: map[string]string{"": "", "__proto__": everyRune.String(), everyRune.String(): "v"}},
		"canonical":        {Tensors: canonicalTensors()},
		"bits":             {Tensors: []checkpoint.Tensor{all}},
		"names":            {Tensors: []checkpoint.Tensor{weights("", 1, 2), weights("__proto__", 2, 3), weights(everyRune.String(), 3)}},
		"only empties":     {Tensors: []checkpoint.Tensor{weights("b", 1, 0), weights("a", 2, 3, 0, 1<<40)}},
		"the highest rank": {Tensors: []checkpoint.Tensor{{Name: "r", Shape: ones(maxRank), Data: []float32{7}}}},
	} {
		t.Run(what, func(t *testing.T) {
			file, err := Write(content)
			require.NoError(t, err)
			assert.Zero(t, (prefix+uint64At(file, 0))%8, "numbers begin at a multiple of 8")
			back, err := Read(file)
			require.NoError(t, err)
			requireSame(t, content, back)
			again, err := Write(back)
			require.NoError(t, err)
			assert.Equal(t, file, again, "one content has one file")
		})
	}
}

func ones(n int) []int {
	shape := make([]int, n)
	for i := range shape {
		shape[i] = 1
	}
	return shape
}

func TestWriteSortsAndLeavesItsArgumentAlone(t *testing.T) {
	content := checkpoint.File{
		Tensors:  []checkpoint.Tensor{weights("b", 1, 2), weights("a", 2, 1), weights("aé", 3), weights("aZ", 4)},
		Metadata: map[string]string{"z": "1", "a": "2", "m\n": "3"},
	}
	file, err := Write(content)
	require.NoError(t, err)
	assert.Equal(t, "b", content.Tensors[0].Name)
	header := string(file[prefix : prefix+uint64At(file, 0)])
	assert.Equal(t, `{"__metadata__":{"a":"2","m\n":"3","z":"1"},`+
		`"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},`+
		`"aZ":{"dtype":"F32","shape":[],"data_offsets":[4,8]},`+
		`"aé":{"dtype":"F32","shape":[],"data_offsets":[8,12]},`+
		`"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}`, strings.TrimRight(header, " "))

	back, err := Read(file)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "aZ", "aé", "b"}, namesOf(back))
	data := back.Tensors[0].Data
	assert.Equal(t, len(data), cap(data), "appending to a tensor must not reach its neighbour")
	clear(file)
	assert.Equal(t, weights("b", 1, 2).Data, back.Tensors[3].Data, "nothing of the result lies in the file")
}

func namesOf(f checkpoint.File) []string {
	var names []string
	for _, t := range f.Tensors {
		names = append(names, t.Name)
	}
	return names
}

func TestReadTakesWhatTheFormatAllows(t *testing.T) {
	one := "\x00\x00\x80\x3f"
	a := checkpoint.Tensor{Name: "a", Shape: []int{1}, Data: []float32{1}}
	for what, c := range map[string]struct {
		header, numbers string
		want            checkpoint.File
	}{
		"no tensors": {`{}`, "", checkpoint.File{}},
		"white space between tokens and after": {
			"{ \"a\" :\t{\r\n\"dtype\": \"F32\", \"shape\": [ 1 ], \"data_offsets\": [ 0 , 4 ] } } \n ", one,
			checkpoint.File{Tensors: []checkpoint.Tensor{a}},
		},
		"keys in another order, header first": {
			`{"a":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"},"__metadata__":{}}`, one,
			checkpoint.File{Tensors: []checkpoint.Tensor{a}, Metadata: map[string]string{}},
		},
		"numbers that are not aligned": {
			`{"z":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"a":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, "\x80\x3f" + one,
			checkpoint.File{Tensors: []checkpoint.Tensor{a, {Name: "z", Shape: []int{}, Data: []float32{1}}}},
		},
		"header not in the order of the data, empties between": {
			`{"c":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"e":{"dtype":"F64","shape":[0],"data_offsets":[4,4]},` +
				`"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, one + one,
			checkpoint.File{Tensors: []checkpoint.Tensor{a, {Name: "c", Shape: []int{1}, Data: []float32{1}}, weights("e", 1, 0)}},
		},
		"every escape": {
			`{"__metadata__":{"\u0061\/\b":"\"\\\f\n\r\t\u00E9\u00e9\uD83D\ude00\ufffd"}}`, "",
			checkpoint.File{Metadata: map[string]string{"a/\b": "\"\\\f\n\r\téé😀\ufffd"}},
		},
		"the largest integer": {
			`{"a":{"dtype":"I64","shape":[0,9007199254740992,1],"data_offsets":[0,0]}}`, "",
			checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "a", Shape: []int{0, 1 << 53, 1}}}},
		},
	} {
		t.Run(what, func(t *testing.T) {
			content, err := Read(handMade(c.header, c.numbers))
			require.NoError(t, err)
			requireSame(t, c.want, content)
		})
	}
}

// Tensors without data share their place; their order must not depend on the header's.
func TestTensorsWithoutDataComeByName(t *testing.T) {
	content, err := Read(handMade("{"+f32("d", "0", "4,4")+","+f32("c", "1", "0,4")+","+f32("b", "0", "4,4")+","+
		f32("a", "0", "4,4")+","+f32("e", "0", "0,0")+"}", "1234"))
	require.NoError(t, err)
	assert.Equal(t, []string{"e", "c", "a", "b", "d"}, namesOf(content))
}

func TestWriteRefuses(t *testing.T) {
	one := func(name string, data []float32, shape ...int) checkpoint.File {
		return checkpoint.File{Tensors: []checkpoint.Tensor{{Name: name, Shape: shape, Data: data}}}
	}
	many := checkpoint.File{Metadata: map[string]string{}}
	for i := range maxTensors + 1 {
		many.Tensors = append(many.Tensors, checkpoint.Tensor{Name: fmt.Sprint(i), Shape: []int{0}})
		many.Metadata[fmt.Sprint(i)] = ""
	}
	for message, content := range map[string]checkpoint.File{
		`tensor "w": data has 20 floats, shape [4 6] needs 24`:           one("w", make([]float32, 20), 4, 6),
		`tensor "w": data has 0 floats, shape [] needs 1`:                one("w", nil),
		`tensor "w": shape is [2 -1], want extents in 0..2^53`:           one("w", nil, 2, -1),
		`tensor "w": shape [4294967296 4294967296] is over 2^53 numbers`: one("w", nil, 1<<32, 1<<32),
		`tensor "w": shape has 33 extents, want at most 32`:              one("w", []float32{1}, ones(33)...),
		`tensor "__metadata__": the format keeps this name for itself`:   one("__metadata__", []float32{1}),
		`tensor "w\xff": name is not UTF-8`:                              one("w\xff", []float32{1}),
		`tensor "w" stands there twice`:                                  {Tensors: []checkpoint.Tensor{weights("w", 1), weights("v", 1), weights("w", 2)}},
		`metadata "k\xc3" is not UTF-8`:                                  {Metadata: map[string]string{"k\xc3": ""}},
		`metadata "k" is not UTF-8`:                                      {Metadata: map[string]string{"a": "b", "k": "\xed\xa0\x80"}},
		`16385 tensors, want at most 16384`:                              {Tensors: many.Tensors},
		`16385 metadata keys, want at most 16384`:                        {Metadata: many.Metadata},
	} {
		file, err := Write(content)
		require.EqualError(t, err, "safetensors: "+message)
		assert.Nil(t, file)
		var fault *checkpoint.Error
		require.ErrorAs(t, err, &fault)
		assert.Equal(t, checkpoint.NoOffset, fault.Offset)
	}
	many.Tensors = many.Tensors[:maxTensors]
	delete(many.Metadata, "0")
	file, err := Write(many)
	require.NoError(t, err, "the limits themselves are allowed")
	back, err := Read(file)
	require.NoError(t, err)
	assert.Len(t, back.Tensors, maxTensors)
	assert.Len(t, back.Metadata, maxMetadata)
}

func TestWriteRefusesAHeaderOverTheLimit(t *testing.T) {
	_, err := Write(checkpoint.File{Metadata: map[string]string{"k": strings.Repeat("v", maxHeader)}})
	require.EqualError(t, err, "safetensors: header of 100000032 bytes is over the limit of 100000000")
}
