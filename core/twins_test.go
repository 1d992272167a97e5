// Reads sources: once, natively.

//go:build !js

package core

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this package hold the engine against core/reference over tables of cases. What follows asks the sources what there is to be
// judged, and fails when a table leaves something out: a cell or loss without a case has no twin that judges it.

// judgedConfigs are those whose outputs and gradients the equations judge.
func judgedConfigs() (configs []Config) {
	for _, c := range familyCases() {
		configs = append(configs, c.config)
	}
	for _, table := range []map[string]Config{labellingCases(), translationCases(), droppedCases()} {
		for _, c := range table {
			configs = append(configs, c)
		}
	}
	return configs
}

// typesIn are the named types of this module's packages that a value holds, at any depth, as "cell.LSTM".
func typesIn(v reflect.Value, found map[string]bool, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		typesIn(v.Elem(), found, seen)
		return
	case reflect.Interface:
		if !v.IsNil() {
			typesIn(v.Elem(), found, seen)
		}
		return
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			switch v.Index(i).Kind() {
			case reflect.Pointer, reflect.Interface, reflect.Struct:
				typesIn(v.Index(i), found, seen)
			}
		}
		return
	case reflect.Struct:
		name := v.Type().String()
		if name == "cell.norm" && v.FieldByName("gamma").IsNil() {
			return // it normalises nothing
		}
		found[name] = true
		for i := range v.NumField() {
			typesIn(v.Field(i), found, seen)
		}
	}
}

func parsed(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	return files
}

// withWayBack lists the types of a package that have one of the methods, as "cell.LSTM".
func withWayBack(t *testing.T, folder string, methods ...string) (types []string) {
	for _, file := range parsed(t, folder) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !slices.Contains(methods, f.Name.Name) {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			types = append(types, filepath.Base(folder)+"."+receiver.(*ast.Ident).Name)
		}
	}
	return types
}

func missing(wanted []string, found map[string]bool) (names []string) {
	for _, name := range wanted {
		if !found[name] {
			names = append(names, name)
		}
	}
	return names
}

func TestEveryCellAndLossIsJudgedByTheEquations(t *testing.T) {
	found := map[string]bool{}
	for _, c := range judgedConfigs() {
		m, err := New(c)
		require.NoError(t, err)
		typesIn(reflect.ValueOf(m.network), found, map[uintptr]bool{})
		typesIn(reflect.ValueOf(m.loss), found, map[uintptr]bool{})
	}
	cells := withWayBack(t, "cell", "Backward", "backward", "addBack")
	losses := withWayBack(t, "loss", "Gradient")
	assert.Greater(t, len(cells), 12)
	assert.Equal(t, 4, len(losses), "of %v", losses)
	assert.Empty(t, missing(cells, found), "no case of a table has them")
	assert.Empty(t, missing(losses, found), "no case of a table has them")

	delete(found, "cell.LSTM")
	assert.Equal(t, []string{"cell.LSTM"}, missing(cells, found), "a cell that no case had would be seen")
}

// wordList collects the values of string types, and whether a field is ever set, over configs.
type wordList struct {
	values map[string]map[string]bool // by type
	fields map[string]bool            // "Layer.Merge": it is set in some case
}

func (w wordList) read(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		w.read(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			w.read(v.Index(i))
		}
	case reflect.String:
		kind := v.Type().Name()
		if w.values[kind] == nil {
			w.values[kind] = map[string]bool{}
		}
		w.values[kind][v.String()] = true
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			w.fields[name] = w.fields[name] || !v.Field(i).IsZero()
			w.read(v.Field(i))
		}
	}
}

// constants lists the words of every string type that a package declares.
func constants(t *testing.T, folder string, into map[string][]string) {
	for _, file := range parsed(t, folder) {
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				s := spec.(*ast.ValueSpec)
				kind, ok := s.Type.(*ast.Ident)
				if !ok {
					continue
				}
				for _, v := range s.Values {
					if literal, ok := v.(*ast.BasicLit); ok && literal.Kind == token.STRING {
						into[kind.Name] = append(into[kind.Name], strings.Trim(literal.Value, `"`))
					}
				}
			}
		}
	}
}

func TestEveryWordOfAConfigIsJudgedByTheEquations(t *testing.T) {
	w := wordList{map[string]map[string]bool{}, map[string]bool{}}
	for _, c := range judgedConfigs() {
		w.read(reflect.ValueOf(c.withDefaults()))
	}
	declared := map[string][]string{}
	constants(t, ".", declared)
	constants(t, "cell", declared)
	judged := 0
	for kind, values := range w.values {
		if kind == "Init" { // what a network begins with, not what it computes: initialise_test
			continue
		}
		for _, word := range declared[kind] {
			judged++
			assert.True(t, values[word], "no case has %s %q", kind, word)
		}
	}
	assert.Greater(t, judged, 15)
	delete(w.fields, "Decoder.End") // where Decode stops: decode_test
	for field, set := range w.fields {
		assert.True(t, set, "no case sets %s", field)
	}
}
