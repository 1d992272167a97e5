package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStubsAreCurrent(t *testing.T) {
	files, err := stubs()
	require.NoError(t, err)
	assert.Len(t, files, 4)
	for name, want := range files {
		assert.NoError(t, keepCurrent(filepath.Join("../../..", stubFolder, name), want, false))
	}
}

func TestCheckNamesTheStaleFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "imports_js.go")
	require.NoError(t, keepCurrent(file, []byte("package a\n"), true))
	assert.NoError(t, keepCurrent(file, []byte("package a\n"), false))
	assert.ErrorContains(t, keepCurrent(file, []byte("package b\n"), false), file+" is not current")
	require.NoError(t, os.Remove(file))
	assert.ErrorContains(t, keepCurrent(file, []byte("package a\n"), false), file)
}

func TestModulesAreWritten(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "wasm")
	require.NoError(t, run(folder, false, false))
	for _, name := range []string{"shim", "kernels", "kernels-relaxed", "peak", "peak-relaxed"} {
		code, err := os.ReadFile(filepath.Join(folder, name+".wasm"))
		require.NoError(t, err)
		assert.Equal(t, "\x00asm\x01\x00\x00\x00", string(code[:8]), name)
	}
}
