// Command tally reads `go test -json`, prints what failed whole and the rest as one line a package, closes with a count,
// and keeps the count so that `make test` can close with the sum of Go, wasm and browser tests.
//
//	go test -json ./... | go run ./tests/tally -name Go
//	go run ./tests/tally -total
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Where counts are kept between the targets of one make run; reporter.mjs writes there too.
const folder = "build/tally"

type count struct {
	Name    string `json:"name"`
	Passed  int    `json:"passed"`
	Failed  int    `json:"failed"`
	Skipped int    `json:"skipped"`
}

func (c count) String() string {
	text := fmt.Sprintf("%s: %d passed, %d failed", c.Name, c.Passed, c.Failed)
	if c.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return text
}

func main() {
	name := flag.String("name", "", "what is being counted")
	total := flag.Bool("total", false, "print the sum of what was kept")
	flag.Parse()

	var err error
	if *total {
		err = printTotal(os.Stdout, folder)
	} else {
		err = run(*name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

func run(name string) error {
	counted, err := tally(os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	counted.Name = name
	fmt.Println(counted)
	if err := keep(folder, counted); err != nil {
		return err
	}
	if counted.Failed > 0 || counted.Passed == 0 {
		os.Exit(1)
	}
	return nil
}

type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// tally counts the leaves of the tree of tests: a test that has subtests is the sum of them.
func tally(in io.Reader, out io.Writer) (count, error) {
	var total count
	perPackage := map[string]int{}
	parents := map[string]bool{}
	outputs := map[string]*bytes.Buffer{}
	verdicts := map[string]string{}

	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "run":
			if at := strings.LastIndexByte(e.Test, '/'); at >= 0 {
				parents[e.Package+" "+e.Test[:at]] = true
			}
		case "output":
			if outputs[key] == nil {
				outputs[key] = &bytes.Buffer{}
			}
			outputs[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			if e.Test != "" {
				verdicts[key] = e.Action
				if e.Action == "fail" && outputs[key] != nil {
					fmt.Fprint(out, outputs[key])
				}
				delete(outputs, key)
				continue
			}
			total.add(e, verdicts, parents, perPackage)
			report(out, e, outputs[key], perPackage[e.Package])
		}
	}
	return total, lines.Err()
}

// add closes a package: its leaves are counted; a package that failed without a failing test (it did not build, it
// panicked, its time ran out) counts as one failure.
func (c *count) add(e event, verdicts map[string]string, parents map[string]bool, perPackage map[string]int) {
	failed := 0
	for key, verdict := range verdicts {
		if !strings.HasPrefix(key, e.Package+" ") || parents[key] && verdict != "fail" {
			continue
		}
		perPackage[e.Package]++
		switch verdict {
		case "pass":
			c.Passed++
		case "skip":
			c.Skipped++
		case "fail":
			failed++
		}
		delete(verdicts, key)
	}
	if e.Action == "fail" {
		failed = max(failed, 1)
	}
	c.Failed += failed
}

func report(out io.Writer, e event, output *bytes.Buffer, tests int) {
	if e.Action == "fail" && output != nil {
		fmt.Fprint(out, output)
	}
	if e.Action == "fail" || tests > 0 {
		fmt.Fprintf(out, "%-4s %-60s %4d tests %7.1fs\n", e.Action, e.Package, tests, e.Elapsed)
	}
}

func keep(folder string, c count) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	file := strings.NewReplacer(" ", "-", ",", "").Replace(c.Name) + ".json"
	return os.WriteFile(filepath.Join(folder, file), append(text, '\n'), 0o644)
}

func printTotal(out io.Writer, folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no count; run make test", folder)
	}
	sort.Strings(files)
	sum := count{Name: "test"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var c count
		if err := json.Unmarshal(text, &c); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Fprintln(out, " ", c)
		sum.Passed += c.Passed
		sum.Failed += c.Failed
		sum.Skipped += c.Skipped
	}
	fmt.Fprintln(out, sum)
	if sum.Failed > 0 {
		return fmt.Errorf("%d tests failed", sum.Failed)
	}
	return nil
}
