package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// linked builds the program of testdata and gives the file.
func linked(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "linked.wasm")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./testdata/faults")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	return file
}

// play runs a program in Node and gives what it wrote.
func play(t *testing.T, file string) (stdout, stderr string) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	node := exec.Command("node", filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec_node.js"), file)
	var out, faults bytes.Buffer
	node.Stdout, node.Stderr = &out, &faults
	require.Error(t, node.Run(), "the program ends with a panic")
	return out.String(), faults.String()
}

func TestAProgramWithoutLinesRunsAsBefore(t *testing.T) {
	file := linked(t)
	before, _ := play(t, file)
	laidOut := filepath.Join(t.TempDir(), "laid-out.wasm")
	require.NoError(t, run(laidOut, file))
	after, faults := play(t, laidOut)

	assert.Contains(t, before, "main.main true ")
	want := strings.Split(before, "\n")
	got := strings.Split(after, "\n")
	require.Len(t, got, len(want))
	assert.Equal(t, want[:2], got[:2], "sums, recovered faults")
	assert.Equal(t, "main.main false 0", got[2], "functions keep their names, files and lines are gone")
	assert.Contains(t, faults, "panic: the end")
	assert.Contains(t, faults, "main.main")
	assert.Contains(t, faults, "?:0")
}

func TestOnlyLinesAreLost(t *testing.T) {
	program, err := os.ReadFile(linked(t))
	require.NoError(t, err)
	var before, after []byte
	image := func(into *[]byte) func([]byte) ([]byte, error) {
		return func(body []byte) (_ []byte, err error) {
			*into, err = readData(body)
			return body, err
		}
	}
	_, err = rewriteSection(program, dataSection, image(&before))
	require.NoError(t, err)
	smaller, err := relink(program)
	require.NoError(t, err)
	_, err = rewriteSection(smaller, dataSection, image(&after))
	require.NoError(t, err)

	table, err := findLineTable(before)
	require.NoError(t, err)
	units, size := table.number64(headerUnits), len(table.bytes)
	from := len(before) - size + int(units)
	to := from + len(table.files) + len(table.steps)
	lost := 0
	for i := range before {
		if i < len(after) && before[i] == after[i] || i >= len(after) && before[i] == 0 {
			continue
		}
		lost++
		if i < from {
			t.Fatalf("byte %d before the files' names changed", i)
		}
		if i >= to && i-from > len(table.bytes) {
			t.Fatalf("byte %d behind the line table changed", i)
		}
	}
	assert.Greater(t, lost, len(table.steps)/4, "files and lines are a good part of the table")
	stripped, err := findLineTable(after)
	require.NoError(t, err)
	for i := range int(table.number64(headerFunctions)) {
		was, err := table.record(i)
		require.NoError(t, err)
		is, err := stripped.record(i)
		require.NoError(t, err)
		require.Equal(t, was, is)
		require.Equal(t, table.bytes[was:was+recordFile], stripped.bytes[is:is+recordFile], "entry, name, arguments, stack of function %d", i)
		require.Zero(t, stripped.number32(is+recordFile))
		for _, field := range append(stepFields(table, was), recordStack) {
			offset := table.number32(was + field)
			end, err := table.stepsEnd(offset)
			require.NoError(t, err)
			if offset > 0 {
				require.Equal(t, table.steps[offset:end], stripped.steps[offset:end], "steps of function %d", i)
			}
		}
	}
}

// stepFields are the places, within a record, of the step tables behind it.
func stepFields(table lineTable, record int) (fields []int) {
	for k := range int(table.number32(record + recordCount)) {
		fields = append(fields, recordBytes+4*k)
	}
	return fields
}

func TestLayOutKeepsEveryByte(t *testing.T) {
	for name, image := range map[string][]byte{
		"nothing":   nil,
		"zeros":     make([]byte, 1000),
		"ends":      append(append([]byte{1}, make([]byte, 500)...), 2),
		"short gap": append(append([]byte{1}, make([]byte, shortestGap-1)...), 2),
		"long gap":  append(append([]byte{1}, make([]byte, shortestGap)...), 2),
		"far":       append(make([]byte, 1<<20), 3),
	} {
		again, err := readData(layOut(image))
		require.NoError(t, err, name)
		assert.Equal(t, string(bytes.TrimRight(image, "\x00")), string(again), name)
	}
	assert.Equal(t, []byte{2}, layOut(append(append([]byte{1}, make([]byte, shortestGap)...), 2))[:1], "two segments")
	assert.Equal(t, []byte{1}, layOut(append(append([]byte{1}, make([]byte, shortestGap-1)...), 2))[:1], "one segment")
}

func TestWhatIsNoSuchModuleIsRefused(t *testing.T) {
	section := func(id byte, body ...byte) []byte {
		out := append([]byte(header), id)
		return append(binary.AppendUvarint(out, uint64(len(body))), body...)
	}
	for name, c := range map[string]struct {
		module []byte
		want   string
	}{
		"text":               {[]byte("<!doctype html>"), "it is not a WebAssembly module"},
		"no data":            {section(1, 0), "it has no section 11"},
		"cut short":          {section(dataSection, 1, 2, 3)[:10], "the module ends too early"},
		"passive segment":    {section(dataSection, 1, 1, 0), "data segment of kind 1, want 0: active, memory 0"},
		"offset from global": {section(dataSection, 1, 0, 0x23, 0, end, 0), "data segment's offset begins with 0x23, want i32.const"},
		"no line table":      {section(dataSection, layOut([]byte("hello"))...), "want one line table of the kind that Go 1.20 to 1.26 write; found none or several"},
		"segment out of reach": {section(dataSection, append(appendSigned32([]byte{1, 0, constant32}, -8), end, 1, 7)...),
			"data segment at [4294967288 4294967289), want one below 268435456"},
	} {
		_, err := relink(c.module)
		assert.EqualError(t, err, c.want, name)
	}
}
