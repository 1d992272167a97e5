package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The line table of a Go program (runtime's moduledata.pcHeader and _func, as Go 1.20 to 1.26 lay them out). Every function has
// offsets into one table of steps over its instructions: how far the stack pointer has moved, which values are alive, and
// in which file and line an instruction stands. The last two only make the text of a traceback; an offset of 0 means that there
// is nothing, and the traceback says "?:0".
const (
	tableMagic   = 0xfffffff1
	quantum      = 1 // of wasm: an instruction
	pointerBytes = 8

	headerFunctions = 8       // number of functions, in a pcHeader
	headerUnits     = 8 + 8*4 // offset of what tells the files of each compilation; the files' names follow
	headerSteps     = 8 + 8*6 // offset of the table of steps
	headerTable     = 8 + 8*7 // offset of the functions' own table, behind the steps
	pairBytes       = 8       // of that table: where a function begins, where its record stands
	recordBytes     = 44      // of a record before its step tables
	recordStack     = 16      // offsets within a record: steps of the stack pointer,
	recordFile      = 20      // of files,
	recordLine      = 24      // of lines;
	recordCount     = 28      // how many other step tables follow the record;
	recordUnit      = 32      // of which compilation its files are,
	recordFirstLine = 36      // and the line where it begins
)

// lineTable is the line table within an image.
type lineTable struct {
	bytes []byte // from the pcHeader on
	files []byte // of it, the files' names and the way to them
	steps []byte // of it, the table of steps
}

// findLineTable finds the one line table of a program.
func findLineTable(image []byte) (lineTable, error) {
	magic := binary.LittleEndian.AppendUint32(nil, tableMagic)
	magic = append(magic, 0, 0, quantum, pointerBytes)
	at := bytes.Index(image, magic)
	if at < 0 || bytes.Contains(image[at+1:], magic) {
		return lineTable{}, errors.New("want one line table of the kind that Go 1.20 to 1.26 write; found none or several")
	}
	t := lineTable{bytes: image[at:]}
	units, from, to := t.number64(headerUnits), t.number64(headerSteps), t.number64(headerTable)
	if units >= from || from >= to || to >= uint64(len(t.bytes)) {
		return lineTable{}, fmt.Errorf("line table: files at %d and steps at [%d %d) of %d bytes", units, from, to, len(t.bytes))
	}
	t.files, t.steps = t.bytes[units:from], t.bytes[from:to]
	return t, nil
}

func (t lineTable) number64(at int) uint64 { return binary.LittleEndian.Uint64(t.bytes[at:]) }
func (t lineTable) number32(at int) uint32 { return binary.LittleEndian.Uint32(t.bytes[at:]) }

// record is where the record of function number i stands.
func (t lineTable) record(i int) (int, error) {
	table := int(t.number64(headerTable))
	pair := table + i*pairBytes
	if pair+pairBytes > len(t.bytes) {
		return 0, fmt.Errorf("line table: function %d has no entry", i)
	}
	at := table + int(t.number32(pair+4))
	if at+recordBytes > len(t.bytes) || at+recordBytes+4*int(t.number32(at+recordCount)) > len(t.bytes) {
		return 0, fmt.Errorf("line table: the record of function %d stands at %d of %d bytes", i, at, len(t.bytes))
	}
	return at, nil
}

// stepsEnd is where the steps from an offset end: pairs of a change of value and a number of instructions, each a varint,
// up to a change of 0 that is not the first.
func (t lineTable) stepsEnd(from uint32) (int, error) {
	r := &reader{bytes: t.steps[min(int(from), len(t.steps)):]}
	for first := true; ; first = false {
		change := r.unsigned()
		if r.err != nil {
			return 0, fmt.Errorf("line table: the steps at %d do not end", from)
		}
		if change == 0 && !first {
			return len(t.steps) - len(r.bytes), nil
		}
		r.unsigned()
	}
}

// dropLines takes the file names' and line numbers' steps out of an image: what no other function needs of them becomes zeros.
func dropLines(image []byte) error {
	t, err := findLineTable(image)
	if err != nil {
		return err
	}
	needed := make([]bool, len(t.steps))
	keep := func(from uint32) error {
		if from == 0 {
			return nil
		}
		to, err := t.stepsEnd(from)
		for i := int(from); i < to; i++ {
			needed[i] = true
		}
		return err
	}
	for i := range int(t.number64(headerFunctions)) {
		at, err := t.record(i)
		if err != nil {
			return err
		}
		if err := keep(t.number32(at + recordStack)); err != nil {
			return err
		}
		for k := range int(t.number32(at + recordCount)) {
			if err := keep(t.number32(at + recordBytes + 4*k)); err != nil {
				return err
			}
		}
		for _, field := range []int{recordFile, recordLine, recordUnit, recordFirstLine} {
			binary.LittleEndian.PutUint32(t.bytes[at+field:], 0)
		}
	}
	clear(t.files)
	for i := range t.steps {
		if !needed[i] {
			t.steps[i] = 0
		}
	}
	return nil
}
