//go:build js && wasm

// Command wasm is the engine as it is linked for the browser: it starts the bridge and serves.
package main

import "github.com/unfold-rnn/unfold/jsbridge"

func main() { jsbridge.Serve() }
