package main

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/unfold-rnn/unfold"

// A room is a folder of the house with what its shipped files may import. "std" is the standard library; a name that
// ends in "/..." stands for the folder and everything below it.
type room struct {
	folder string
	may    []string
	why    string
}

// The most particular folder that matches a package is its room.
var rooms = []room{
	{"core/clock", []string{"std"}, "the clock is on the ground floor"},
	{"core/text", []string{"std"}, "messages are written on the ground floor"},
	{"core/tensor", []string{"std", "core/text"}, "the arena is the ground floor: everything stands on it"},
	{"core/random", []string{"std"}, "the generator is carried in the model and knows nothing of it"},
	{"core/kernel", []string{"std", "core/tensor", "core/kernel/table"}, "kernels are what the engine asks of the machine, not the other way round"},
	{"core/kernel/table", []string{"std"}, "the registry is read at build time by generators that must not link the engine"},
	{"core/cell", []string{"std", "core/tensor", "core/kernel"}, "a cell is arithmetic on given memory, on kernels alone"},
	{"core/checkpoint/...", []string{"std", "core/tensor", "core/text", "core/checkpoint/..."}, "a checkpoint is neutral named tensors"},
	{"core/reference", []string{"std", "gonum"}, "the oracle must share no code with what it judges"},
	{"core/twin", []string{"std", "gonum", "core/reference"}, "it describes to the oracle what the engine is, and shares no code with it either"},
	{"core/analysis", []string{"std", "gonum", "core/tensor"}, "analysis looks at numbers, not at models"},
	{"core", []string{"std", "core/..."}, "the public Go face"},
	{"core/...", []string{"std", "core/tensor", "core/text", "core/kernel", "core/random"}, "side rooms stand on tensor, kernel and the generator"},
	{"jsbridge", []string{"std", "core", "core/..."}, "the bridge exposes core and nothing else"},
	{"jsbridge/analysis", []string{"std", "core/analysis", "core/twin"}, "the program for matrices must not link the engine"},
	{"wasm", []string{"std", "jsbridge"}, "main starts the bridge and does nothing else"},
	{"wasm/analysis", []string{"std", "jsbridge/analysis"}, "main starts the bridge and does nothing else"},
	{"wasm/asm", []string{"std"}, "the assembler is a general tool"},
	{"wasm/link", []string{"std"}, "it reads a linked program, whatever that is"},
	{"wasm/simd/...", []string{"std", "wasm/asm", "wasm/simd", "core/kernel/table"}, "kernels are generated from the registry with our own assembler"},
	{"site/...", []string{"std"}, "the page talks to the engine through the npm package only"},
	{"tests/...", []string{"std", "any"}, ""},
}

// Forbidden wherever they are not named as allowed, with the reason.
var forbidden = []struct {
	path    string
	allowed []string
	why     string
}{
	{"syscall/js", []string{"jsbridge", "jsbridge/analysis"}, "jsbridge is the only place that knows JavaScript; core runs natively too"},
	{"core/analysis", []string{"jsbridge/analysis"}, "gonum would be a fifth of the engine's download; a page loads it when it asks"},
	{"core/reference", []string{"core/twin"}, "the reference is the judge of the tests, far too slow for the engine"},
	{"core/twin", []string{"jsbridge/analysis"}, "the engine does not judge itself; a page that wants it judged loads the equations"},
	{"tests/...", nil, "tests import everything; nothing imports tests"},
}

// Packages that the downloaded wasm must not name, with what they would cost.
var heavy = map[string]string{
	"encoding/json": "it adds about 130 KB to the download and is lax; JSON is parsed on the JavaScript side",
	"fmt":           "its reflection would add some 80 KB to the download; core/text writes messages",
	"os":            "it would add some 40 KB to the download; syscall has Getenv",
	"time":          "it would add 10 KB to the download; core/clock has the clock",
	"encoding/hex":  "it brings fmt; core/text has Hex",
	"net/http":      "the engine makes no request; it would add megabytes to the download",
	"regexp":        "it is heavy for the download; match by hand",
	"reflect":       "it keeps dead code alive in the download; write the types out",
}

// What the wasm links.
var linked = []string{"core/...", "jsbridge", "wasm"}

func matches(pattern, folder string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return folder == below || strings.HasPrefix(folder, below+"/")
	}
	return folder == pattern
}

func matchesAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, folder) })
}

func roomOf(folder string) (room, bool) {
	best, found := room{}, false
	for _, r := range rooms {
		exact := r.folder == folder
		if !matches(r.folder, folder) {
			continue
		}
		if !found || exact || (best.folder != folder && len(r.folder) > len(best.folder)) {
			best, found = r, true
		}
	}
	return best, found
}

// short is a package's place in the house, or its whole path when it is not of this module.
func short(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// category tells the word under which a rule allows an import.
func category(path string) string {
	first, _, _ := strings.Cut(path, "/")
	switch {
	case strings.HasPrefix(path, module):
		return short(path)
	case strings.HasPrefix(path, "gonum.org/"):
		return "gonum"
	case !strings.Contains(first, "."):
		return "std"
	}
	return path
}

// refuse says why the shipped files of folder may not import path, or nothing.
func refuse(folder, path string) string {
	target := category(path)
	r, ok := roomOf(folder)
	if !ok {
		return fmt.Sprintf("%s is in no room of the house; give it one in tests/imports/rules.go", folder)
	}
	if slices.Contains(r.may, "any") {
		return ""
	}
	for _, f := range forbidden {
		if (matches(f.path, target) || f.path == path) && !slices.Contains(f.allowed, folder) {
			return fmt.Sprintf("%s → %s: %s", folder, short(path), f.why)
		}
	}
	if why, ok := heavy[path]; ok && matchesAny(linked, folder) && !slices.Contains([]string{"core/reference", "core/twin", "core/analysis"}, folder) {
		return fmt.Sprintf("%s → %s: %s", folder, path, why)
	}
	if !matchesAny(r.may, target) && target != folder {
		return fmt.Sprintf("%s → %s: %s; it may import %s", folder, short(path), r.why, strings.Join(r.may, ", "))
	}
	return ""
}
