// Command mutation shows that the Go tests judge the backward equations: in a temporary copy it breaks one at a time and
// wants `go test ./core/...` to fail for each.
//
//	go run ./tests/mutation
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func run() error {
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
	if out, err := test(work); err != nil {
		return fmt.Errorf("the tests fail before anything is broken:\n%s", out)
	}
	survived := 0
	for _, m := range mutations {
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
		return fmt.Errorf("%d of %d broken equations were not noticed", survived, len(mutations))
	}
	fmt.Printf("mutation: all %d broken equations were noticed\n", len(mutations))
	return nil
}

// try breaks one equation, runs the tests and puts the file back. A mutation that does not compile proves nothing and
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

	build := exec.Command("go", "build", "./core/...")
	build.Dir = work
	if out, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("%s: the mutation %q does not compile:\n%s", m.file, m.new, out)
	}
	_, err = test(work)
	return err != nil, nil
}

func test(work string) ([]byte, error) {
	command := exec.Command("go", "test", "-failfast", "./core/...")
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
