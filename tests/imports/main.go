// Command imports refuses what the house's one direction forbids: it lists the imports of every package, natively and
// under GOOS=js, and of every TypeScript module that ships, and says for each forbidden arrow why it is forbidden.
//
//	go run ./tests/imports
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
)

func main() {
	if _, err := os.Stat("go.mod"); err != nil {
		fail(errors.New("run it in the repository's root: go run ./tests/imports"))
	}
	refusals, packages, err := goRefusals()
	if err != nil {
		fail(err)
	}
	scripts, modules, err := scriptRefusals(".")
	if err != nil {
		fail(err)
	}
	refusals = append(refusals, scripts...)
	if len(refusals) > 0 {
		slices.Sort(refusals)
		for _, refusal := range slices.Compact(refusals) {
			fmt.Fprintln(os.Stderr, "imports:", refusal)
		}
		os.Exit(1)
	}
	fmt.Printf("imports: %d Go packages and %d TypeScript modules keep to their rooms\n", packages, modules)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "imports:", err)
	os.Exit(1)
}

func goRefusals() (refusals []string, packages int, err error) {
	seen := map[string]bool{}
	for _, target := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		list, err := goList(target)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range list {
			seen[p.ImportPath] = true
			for _, path := range p.Imports {
				if refusal := refuse(short(p.ImportPath), path); refusal != "" {
					refusals = append(refusals, refusal)
				}
			}
		}
	}
	if len(seen) == 0 {
		return nil, 0, errors.New("go list found no package")
	}
	return refusals, len(seen), nil
}

type goPackage struct {
	ImportPath string
	Imports    []string // of the files that ship, without those of tests
}

func goList(environment []string) ([]goPackage, error) {
	command := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	command.Env = append(os.Environ(), environment...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var list []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		list = append(list, p)
	}
}
