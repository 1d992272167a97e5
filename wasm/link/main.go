// Command link lays a linked Go program out anew so that it is small to download:
//
//	go run ./wasm/link -o unfold.wasm linked.wasm
//
// The program stays the same, instruction by instruction and byte by byte of its memory, but for the tables of file names and
// line numbers, which only the text of a traceback reads. A traceback still names its functions. See [layOut] and
// [dropLines]; docs/decisions/0014 has the figures.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	output := flag.String("o", "", "where the laid-out program goes")
	flag.Parse()
	if *output == "" || flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: link -o output.wasm input.wasm")
		os.Exit(2)
	}
	if err := run(*output, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "link:", err)
		os.Exit(1)
	}
}

func run(output, input string) error {
	program, err := os.ReadFile(input)
	if err != nil {
		return err
	}
	laidOut, err := relink(program)
	if err != nil {
		return fmt.Errorf("%s: %w", input, err)
	}
	return os.WriteFile(output, laidOut, 0o644)
}

// relink rewrites the data section of a program and copies everything else.
func relink(program []byte) ([]byte, error) {
	return rewriteSection(program, dataSection, func(body []byte) ([]byte, error) {
		image, err := readData(body)
		if err != nil {
			return nil, err
		}
		if err := dropLines(image); err != nil {
			return nil, err
		}
		return layOut(image), nil
	})
}
