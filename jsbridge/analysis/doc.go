// Package analysis shows core/analysis and the equations of core/reference to JavaScript. It is served by a program of its own,
// wasm/analysis, which a page loads when it asks for eigenvalues, principal components or a check of the engine: gonum would be a fifth
// of the engine's download.
//
// [Serve] hands a table of functions to the host as package jsbridge does, by the same rules.
package analysis
