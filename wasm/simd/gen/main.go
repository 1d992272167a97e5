// Gen writes what is made from the registry of kernels (core/kernel/table):
//
//	go run ./wasm/simd/gen -out build/wasm   the WebAssembly modules
//	go run ./wasm/simd/gen -stubs            the generated Go files of core/kernel
//	go run ./wasm/simd/gen -check            fails when one of those Go files is not current
//
// It runs in the repository's root.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/unfold-rnn/unfold/wasm/simd"
)

// stubFolder is where the generated Go files stand.
const stubFolder = "core/kernel"

func main() {
	out := flag.String("out", "", "write the WebAssembly modules into this folder")
	write := flag.Bool("stubs", false, "rewrite the generated Go files of core/kernel")
	check := flag.Bool("check", false, "fail when a generated Go file is not current")
	flag.Parse()
	if flag.NArg() > 0 || *out == "" && !*write && !*check {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *write, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out string, write, check bool) error {
	if write || check {
		files, err := stubs()
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := keepCurrent(filepath.Join(stubFolder, name), files[name], write); err != nil {
				return err
			}
		}
	}
	if out == "" {
		return nil
	}
	return writeModules(out)
}

func writeModules(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, m := range []struct {
		name  string
		write func() ([]byte, error)
	}{
		{"shim.wasm", simd.Shim},
		{"kernels.wasm", func() ([]byte, error) { return simd.Kernels(false) }},
		{"kernels-relaxed.wasm", func() ([]byte, error) { return simd.Kernels(true) }},
		{"peak.wasm", func() ([]byte, error) { return simd.Peak(false) }},
		{"peak-relaxed.wasm", func() ([]byte, error) { return simd.Peak(true) }},
	} {
		code, err := m.write()
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, m.name), code, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// keepCurrent writes a generated file, or reports that what is there differs from it.
func keepCurrent(path string, want []byte, write bool) error {
	if write {
		return os.WriteFile(path, want, 0o644)
	}
	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, want) {
		return fmt.Errorf("%s is not current: run go run ./wasm/simd/gen -stubs", path)
	}
	return nil
}
