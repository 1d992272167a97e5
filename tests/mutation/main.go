// Command mutation shows that the Go tests judge the backward equations and the SIMD kernels: in a temporary copy it breaks one at
// a time and wants the tests to fail for each. Equations are judged by `go test ./core/...`; kernels, which are assembled anew from
// wasm/simd by the tests, by their comparison with the portable bodies alone.
//
//	go run ./tests/mutation [-in wasm/simd]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func run() error {
	folder := flag.String("in", "", "break only what is in this folder or file, e.g. wasm/simd")
	flag.Parse()
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("run it in the repository's root: go run ./tests/mutation")
	}
	work, err := os.MkdirTemp("", "unfold-mutation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := copyModule(work); err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Concat(equations, kernels), func(m mutation) bool { return !strings.HasPrefix(m.file, *folder) })
	if len(chosen) == 0 {
		return fmt.Errorf("nothing in %q is broken", *folder)
	}
	for _, suite := range suites(chosen) {
		if out, err := test(work, suite); err != nil {
			return fmt.Errorf("the tests fail before anything is broken:\n%s", out)
		}
	}
	survived := 0
	for _, m := range chosen {
		noticed, err := try(work, m)
		if err != nil {
			return err
		}
		verdict := "noticed "
		if !noticed {
			verdict = "SURVIVED"
			survived++
		}
		fmt.Printf("%s  %s (%s)\n", verdict, m.what, m.file)
	}
	if survived > 0 {
		return fmt.Errorf("%d of %d mutations were not noticed", survived, len(chosen))
	}
	fmt.Printf("mutation: all %d were noticed\n", len(chosen))
	return nil
}

// suites are the suites that judge the mutations, each once.
func suites(chosen []mutation) []string {
	var list []string
	for _, m := range chosen {
		if !slices.Contains(list, m.suite()) {
			list = append(list, m.suite())
		}
	}
	return list
}

// try breaks one thing, runs the tests and puts the file back. A mutation that does not compile proves nothing and
// is an error.
func try(work string, m mutation) (noticed bool, err error) {
	file := filepath.Join(work, filepath.FromSlash(m.file))
	original, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	if n := bytes.Count(original, []byte(m.old)); n != 1 {
		return false, fmt.Errorf("%s holds %q %d times, want once; bring tests/mutation/mutations.go up to date", m.file, m.old, n)
	}
	broken := strings.Replace(string(original), m.old, m.new, 1)
	if err := os.WriteFile(file, []byte(broken), 0o644); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(file, original, 0o644)) }()

	build := exec.Command("go", "build", "./core/...", "./wasm/simd")
	build.Dir = work
	if out, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("%s: the mutation %q does not compile:\n%s", m.file, m.new, out)
	}
	_, err = test(work, m.suite())
	return err != nil, nil
}

func test(work, suite string) ([]byte, error) {
	command := exec.Command("go", append([]string{"test", "-failfast"}, strings.Fields(suite)...)...)
	command.Dir = work
	return command.CombinedOutput()
}

// copyModule copies the Go sources that the tests of core need, with their test data.
func copyModule(work string) error {
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := copyFile(name, filepath.Join(work, name)); err != nil {
			return err
		}
	}
	for _, folder := range []string{"core", "wasm"} {
		err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			target := filepath.Join(work, name)
			if entry.IsDir() {
				return os.MkdirAll(target, 0o755)
			}
			return copyFile(name, target)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}
