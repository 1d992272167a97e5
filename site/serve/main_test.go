package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.html": "<!doctype html><title>page</title>", "app.js": "export {}", "app.css": "body{}",
		"unfold.wasm": "\x00asm\x01\x00\x00\x00", "data/text.txt": "床前明月光", "favicon.svg": "<svg/>",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

func TestTypesAndCaching(t *testing.T) {
	server := httptest.NewServer(handler(folder(t), "/"))
	defer server.Close()

	for path, want := range map[string]string{
		"/":              "text/html; charset=utf-8",
		"/app.js":        "text/javascript; charset=utf-8",
		"/app.css":       "text/css; charset=utf-8",
		"/unfold.wasm":   "application/wasm",
		"/data/text.txt": "text/plain; charset=utf-8",
		"/favicon.svg":   "image/svg+xml",
	} {
		response, err := http.Get(server.URL + path)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
		assert.Equal(t, want, response.Header.Get("Content-Type"), path)
		assert.Equal(t, "no-cache", response.Header.Get("Cache-Control"), path)
	}
}

func TestSubPath(t *testing.T) {
	server := httptest.NewServer(handler(folder(t), "/lab/unfold/"))
	defer server.Close()

	response, err := http.Get(server.URL + "/lab/unfold/data/text.txt")
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "床前明月光", string(body))

	for _, outside := range []string{"/", "/app.js", "/lab/app.js", "/lab/unfoldapp.js", "/lab/unfold/../../main.go"} {
		response, err := http.Get(server.URL + outside)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusNotFound, response.StatusCode, outside)
	}
}

func TestOnlyReads(t *testing.T) {
	server := httptest.NewServer(handler(folder(t), "/"))
	defer server.Close()

	response, err := http.Post(server.URL+"/app.js", "text/plain", nil)
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
}

func TestTakenPort(t *testing.T) {
	first, note, err := listen("127.0.0.1:0")
	require.NoError(t, err)
	defer first.Close()
	assert.Empty(t, note)

	taken := first.Addr().(*net.TCPAddr).Port
	second, note, err := listen(first.Addr().String())
	require.NoError(t, err)
	defer second.Close()
	assert.Greater(t, second.Addr().(*net.TCPAddr).Port, taken)
	assert.Contains(t, note, strconv.Itoa(taken))
}

func TestRefusals(t *testing.T) {
	for addr, want := range map[string]string{
		"8080":            "want host:port",
		"127.0.0.1:http":  "want 0 to 65535",
		"127.0.0.1:70000": "want 0 to 65535",
	} {
		_, _, err := listen(addr)
		assert.ErrorContains(t, err, want, addr)
	}
	assert.ErrorContains(t, serve(t.TempDir(), "127.0.0.1:0", "/"), "holds no index.html")
}
