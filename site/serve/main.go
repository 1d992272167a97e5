// Command serve serves the built page to a browser on this machine, for development and for the tests.
//
//	go run ./site/serve -dir build/site -addr 127.0.0.1:8080
//
// When the port is taken the next free one is used. The address that answers is printed in one line. Port 0 lets the
// system choose. With -prefix the folder is served below a sub-path and nowhere else, as a project page of a static
// host would do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How many ports after the wanted one are tried before giving up.
const portsTried = 100

func main() {
	dir := flag.String("dir", "build/site", "folder to serve")
	addr := flag.String("addr", "127.0.0.1:8080", "host:port to listen on; the next free port when it is taken, any free port for :0")
	prefix := flag.String("prefix", "/", "path below which the folder appears")
	flag.Parse()

	if err := serve(*dir, *addr, *prefix); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve(dir, addr, prefix string) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is not an option; want -dir, -addr, -prefix", flag.Arg(0))
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		return fmt.Errorf("%s holds no index.html; run make build", dir)
	}
	listener, note, err := listen(addr)
	if err != nil {
		return err
	}
	prefix = "/" + strings.Trim(prefix, "/")
	if !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	fmt.Printf("Unfold is at http://%s%s%s\n", listener.Addr(), prefix, note)

	server := &http.Server{Handler: handler(dir, prefix), ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen takes addr or, when its port is in use, the next free port after it; note says so.
func listen(addr string) (listener net.Listener, note string, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("-addr %q: want host:port, such as 127.0.0.1:8080", addr)
	}
	wanted, err := strconv.Atoi(text)
	if err != nil || wanted < 0 || wanted > 65535 {
		return nil, "", fmt.Errorf("-addr %q: port %q, want 0 to 65535", addr, text)
	}
	for port := wanted; port <= min(wanted+portsTried, 65535); port++ {
		listener, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			if port != wanted {
				note = fmt.Sprintf(" (port %d is taken)", wanted)
			}
			return listener, note, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, "", err
		}
	}
	return nil, "", fmt.Errorf("no free port from %d on: %w", wanted, err)
}

// What a browser must be told, whatever the system's own MIME table says: a wasm under another type cannot be compiled
// while it streams, and a module script under another type is refused.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".csv":         "text/csv; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".svg":         "image/svg+xml",
	".tsv":         "text/tab-separated-values; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
}

// handler serves dir below prefix, which begins and ends with a slash. Every answer must be revalidated, so that a
// reload shows what was built last.
func handler(dir, prefix string) http.Handler {
	files := http.StripPrefix(prefix[:len(prefix)-1], http.FileServer(http.Dir(dir)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, r.Method+" is not served here, only files are", http.StatusMethodNotAllowed)
			return
		}
		if !strings.HasPrefix(r.URL.Path, prefix) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if known, ok := contentTypes[path.Ext(r.URL.Path)]; ok {
			w.Header().Set("Content-Type", known)
		}
		files.ServeHTTP(w, r)
	})
}
