// Package messages looks at every message that the shipped programs write: core/text knows fewer types than fmt, and has no compiler
// behind it that says so.
package messages

import (
	"go/ast"
	"go/constant"
	"go/types"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

const module = "github.com/unfold-rnn/unfold/"

// writers are the functions that take a format and arguments, and at which argument the format stands.
var writers = map[string]int{
	module + "core/text.Sprintf": 0, module + "core/text.Errorf": 0, module + "core.Errorf": 1,
	module + "core/checkpoint/safetensors.failf": 1, "(*" + module + "core/checkpoint/safetensors.scanner).failf": 1,
	"(*" + module + "jsbridge.options).fail": 2, "(*" + module + "jsbridge.options).refuse": 1,
}

// known are the types that core/text writes; others must be errors or have a method String.
var known = map[string]bool{
	"int": true, "int32": true, "int64": true, "uint8": true, "byte": true, "uint64": true, "float64": true, "float32": true, "bool": true,
	"string": true, "[]int": true, "[]int32": true, "[]string": true,
}

// verbs say what each letter may be given: numbers, fractions, words.
var verbs = map[byte]func(types.Type) bool{
	'd': func(t types.Type) bool { return isBasic(t, types.IsInteger) || isList(t) },
	'x': func(t types.Type) bool { return isBasic(t, types.IsInteger) },
	'g': func(t types.Type) bool { return isBasic(t, types.IsFloat) },
	's': isText,
	'q': func(t types.Type) bool { return isText(t) || t.String() == "[]string" },
	'v': func(types.Type) bool { return true },
}

func isBasic(t types.Type, info types.BasicInfo) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&info != 0
}

func isOpen(t types.Type) bool {
	_, parameter := t.(*types.TypeParam)
	return parameter || t.String() == "interface{}"
}

func isList(t types.Type) bool { return t.String() == "[]int" || t.String() == "[]int32" }

func isText(t types.Type) bool {
	return isBasic(t, types.IsString) || hasMethod(t, "String") || hasMethod(t, "Error")
}

func hasMethod(t types.Type, name string) bool {
	m, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := m.(*types.Func)
	return ok && f.Signature().Params().Len() == 0 && f.Signature().Results().Len() == 1 && f.Signature().Results().At(0).Type().String() == "string"
}

func TestEveryMessageCanBeWritten(t *testing.T) {
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
		Dir:  "../..", Env: append(os.Environ(), "GOOS=js", "GOARCH=wasm"),
	}
	list, err := packages.Load(config, "./core/...", "./jsbridge/...")
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(list))
	calls := 0
	var faults []string
	for _, p := range list {
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if at, ok := writers[callee(p.TypesInfo, call)]; ok {
					calls++
					if fault := judge(p.TypesInfo, call, at); fault != "" {
						faults = append(faults, p.Fset.Position(call.Pos()).String()+": "+fault)
					}
				}
				return true
			})
		}
	}
	assert.Empty(t, strings.Join(faults, "\n"))
	assert.Greater(t, calls, 150, "the messages are where this test looks for them")
}

func callee(info *types.Info, call *ast.CallExpr) string {
	var name *ast.Ident
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f
	case *ast.SelectorExpr:
		name = f.Sel
	default:
		return ""
	}
	f, ok := info.Uses[name].(*types.Func)
	if !ok {
		return ""
	}
	return f.FullName()
}

// judge says what core/text could not write, or nothing. Calls that pass a format on are not judged: those behind them are.
func judge(info *types.Info, call *ast.CallExpr, at int) string {
	if call.Ellipsis.IsValid() {
		return ""
	}
	value := info.Types[call.Args[at]].Value
	if value == nil || value.Kind() != constant.String {
		return ""
	}
	arguments := call.Args[at+1:]
	for rest := constant.StringVal(value); ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			break
		}
		after = strings.TrimLeft(after, "#.0123456789")
		if after == "" {
			return "a percent sign ends the format"
		}
		verb := after[0]
		rest = after[1:]
		if verb == '%' {
			continue
		}
		if len(arguments) == 0 {
			return "fewer arguments than places"
		}
		t := info.Types[arguments[0]].Type
		if basic, ok := t.(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
			t = types.Default(t)
		}
		fits, ok := verbs[verb]
		switch {
		case !ok:
			return "no verb %" + string(verb)
		case isOpen(t) && verb == 'v': // a panic's value, or one of several numbers: what it holds decides
		case !known[t.String()] && !isText(t):
			return "core/text cannot write a " + t.String()
		case !fits(t):
			return "%" + string(verb) + " is given a " + t.String()
		}
		arguments = arguments[1:]
	}
	if len(arguments) > 0 {
		return "more arguments than places"
	}
	return ""
}
