// Package analysis shows core/analysis to JavaScript. It is served by a program of its own, wasm/analysis, which a page loads when
// it asks for eigenvalues or principal components: gonum would be a fifth of the engine's download.
//
// [Serve] hands a table of functions to the host as package jsbridge does, by the same rules.
package analysis
