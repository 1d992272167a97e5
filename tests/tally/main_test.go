package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLeavesAreCounted(t *testing.T) {
	in := strings.Join([]string{
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestA/x"}`,
		`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
		`{"Action":"run","Package":"p","Test":"TestA/y"}`,
		`{"Action":"skip","Package":"p","Test":"TestA/y"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"run","Package":"p","Test":"TestB"}`,
		`{"Action":"output","Package":"p","Test":"TestB","Output":"want 1\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestB"}`,
		`{"Action":"fail","Package":"p"}`,
		`{"Action":"skip","Package":"empty"}`,
	}, "\n")
	var out bytes.Buffer
	got, err := tally(strings.NewReader(in), &out)
	require.NoError(t, err)
	assert.Equal(t, count{Passed: 1, Failed: 1, Skipped: 1}, got)
	assert.Contains(t, out.String(), "want 1")
	assert.NotContains(t, out.String(), "empty")
}

func TestAPackageThatDoesNotBuildFails(t *testing.T) {
	in := `{"ImportPath":"p","Action":"build-output","Output":"undefined: x\n"}
{"Action":"fail","Package":"p"}`
	var out bytes.Buffer
	got, err := tally(strings.NewReader(in), &out)
	require.NoError(t, err)
	assert.Equal(t, 1, got.Failed)
	assert.Contains(t, out.String(), "undefined: x")
}

func TestTotal(t *testing.T) {
	folder := t.TempDir()
	assert.Error(t, printTotal(&bytes.Buffer{}, folder))
	require.NoError(t, keep(folder, count{Name: "Go in wasm, simd", Passed: 3}))
	require.NoError(t, keep(folder, count{Name: "browser", Passed: 4}))
	var out bytes.Buffer
	require.NoError(t, printTotal(&out, folder))
	assert.Contains(t, out.String(), "test: 7 passed, 0 failed")
	require.NoError(t, keep(folder, count{Name: "Go", Failed: 1}))
	assert.Error(t, printTotal(&out, folder))
}
