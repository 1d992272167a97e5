package table

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNothingIsInitialised keeps the registry out of the engine: variables and init functions of this package would be linked
// with its constants.
func TestNothingIsInitialised(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.GenDecl:
				assert.NotEqual(t, token.VAR, d.Tok, "%s declares a variable", name)
			case *ast.FuncDecl:
				assert.NotEqual(t, "init", d.Name.Name, name)
			}
		}
	}
	assert.Equal(t, 2, seen)
}

func TestNames(t *testing.T) {
	kernel := Kernel{Name: "layer_norm_backward", Params: params(Floats, "dx dy", Int, "n")}
	assert.Equal(t, "layerNormBackward", kernel.GoName())
	assert.Equal(t, []Param{{"dx", Floats}, {"dy", Floats}, {"n", Int}}, kernel.Params)
}
