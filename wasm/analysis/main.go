//go:build js && wasm

// Command analysis is the program that looks at matrices for a page that asks for it.
package main

import "github.com/unfold-rnn/unfold/jsbridge/analysis"

func main() { analysis.Serve() }
