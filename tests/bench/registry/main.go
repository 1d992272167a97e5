// Registry prints the registry of kernels as JSON, for the programs of the bench: each kernel's name and its parameters
// names, in the order of the call.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/unfold-rnn/unfold/core/kernel/table"
)

type param struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // Go's type, e.g. []float32, int
}

type entry struct {
	Name   string  `json:"name"`
	Params []param `json:"params"`
}

func main() {
	var list []entry
	for _, k := range table.Kernels() {
		e := entry{Name: k.Name}
		for _, p := range k.Params {
			e.Params = append(e.Params, param{p.Name, p.Kind.Go()})
		}
		list = append(list, e)
	}
	if err := json.NewEncoder(os.Stdout).Encode(list); err != nil {
		log.Fatal(err)
	}
}
