package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A script room is a folder of TypeScript that ships, or a room within one, with the bare names that its modules may import.
type scriptRoom struct {
	folder string
	may    []string
	why    string
}

var scriptRooms = []scriptRoom{
	{"jsbridge/npm/src", nil, "the package has no dependency at run time and knows neither the page nor the tests"},
	{"site/src", []string{"unfold-rnn", "unfold-rnn/external", "unfold-rnn/views", "uplot"}, "the page uses the package by name, as a stranger would"},
	{"jsbridge/npm/src/view", bundled, "the elements stand on Lit and a few libraries for charts, which are bundled with them"},
	{"jsbridge/npm/src/lab", bundled, "the elements stand on Lit and a few libraries for charts, which are bundled with them"},
}

var bundled = []string{"lit", "uplot", "d3-array", "d3-interpolate", "d3-scale", "d3-shape"}

// Static imports and re-exports, which may run over several lines, and dynamic imports of a literal.
var importOf = regexp.MustCompile(`(?m)^\s*import\s+(?:[\w$*{},\s]+?\sfrom\s*)?["']([^"']+)["']` +
	`|^\s*export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["']([^"']+)["']` +
	`|\bimport\(\s*["']([^"']+)["']`)

// scriptRefusals reads every module of the script rooms below root.
func scriptRefusals(root string) (refusals []string, modules int, err error) {
	for _, r := range scriptRooms {
		err := filepath.WalkDir(filepath.Join(root, r.folder), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			inside = filepath.ToSlash(inside)
			if entry.IsDir() {
				if inside != r.folder && slices.ContainsFunc(scriptRooms, func(other scriptRoom) bool { return other.folder == inside }) {
					return fs.SkipDir // a room within this one has rules of its own
				}
				return nil
			}
			if !strings.HasSuffix(name, ".ts") {
				return nil
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			modules++
			refusals = append(refusals, refuseScript(r, inside, string(text))...)
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return refusals, modules, nil
}

func refuseScript(r scriptRoom, file, text string) (refusals []string) {
	for _, found := range importOf.FindAllStringSubmatch(text, -1) {
		name := found[1] + found[2] + found[3]
		if !allowedScript(r, file, name) {
			refusals = append(refusals, fmt.Sprintf("%s → %s: %s", file, name, r.why))
		}
	}
	return refusals
}

// allowedScript accepts what stays in the room or the one around it, the listed names, and names that the build itself supplies.
func allowedScript(r scriptRoom, file, name string) bool {
	if strings.HasPrefix(name, ".") {
		outer, _, inner := strings.Cut(r.folder, "/src/")
		if inner {
			outer += "/src"
		}
		return strings.HasPrefix(path.Join(path.Dir(file), name), outer+"/")
	}
	if strings.HasPrefix(name, "virtual:") || strings.HasPrefix(name, "unfold:") {
		return true
	}
	for _, known := range r.may {
		if name == known || strings.HasPrefix(name, known+"/") && !strings.HasPrefix(known, "unfold-rnn") {
			return true
		}
	}
	return false
}
