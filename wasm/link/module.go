package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// header begins every module of WebAssembly 1.
const header = "\x00asm\x01\x00\x00\x00"

// dataSection is the number of the section that holds a memory's first content.
const dataSection = 11

// reader reads the numbers and bytes of a module; after a fault it gives zeros.
type reader struct {
	bytes []byte
	err   error
}

var errShort = errors.New("the module ends too early")

func (r *reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.bytes)) {
		r.err = errShort
		return nil
	}
	taken := r.bytes[:n]
	r.bytes = r.bytes[n:]
	return taken
}

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// unsigned reads an unsigned LEB128 number.
func (r *reader) unsigned() uint64 {
	n, size := binary.Uvarint(r.bytes)
	if size <= 0 {
		r.err = errShort
		return 0
	}
	r.bytes = r.bytes[size:]
	return n
}

// signed32 reads a signed LEB128 number of 32 bits.
func (r *reader) signed32() int32 {
	var n int64
	for shift := 0; ; shift += 7 {
		b := r.byte()
		n |= int64(b&0x7f) << shift
		if b&0x80 == 0 || shift > 28 {
			return int32(n << (57 - shift) >> (57 - shift))
		}
	}
}

func appendSigned32(out []byte, n int32) []byte {
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// rewriteSection gives the module with the body of one section, which must be there, replaced.
func rewriteSection(module []byte, section byte, rewrite func(body []byte) ([]byte, error)) ([]byte, error) {
	r := &reader{bytes: module}
	if string(r.take(uint64(len(header)))) != header {
		return nil, errors.New("it is not a WebAssembly module")
	}
	out, found := []byte(header), false
	for len(r.bytes) > 0 {
		id := r.byte()
		body := r.take(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		if id == section {
			found = true
			rewritten, err := rewrite(body)
			if err != nil {
				return nil, err
			}
			body = rewritten
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	if !found {
		return nil, fmt.Errorf("it has no section %d", section)
	}
	return out, nil
}
