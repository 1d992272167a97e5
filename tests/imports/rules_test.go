package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestArrows(t *testing.T) {
	const m = module + "/"
	for _, c := range []struct{ from, to, want string }{
		{"core/kernel", "syscall/js", "jsbridge is the only place"},
		{"wasm", "syscall/js", "jsbridge is the only place"},
		{"jsbridge", "syscall/js", ""},
		{"core", m + "core/cell", ""},
		{"core", m + "core/reference", "the judge of the tests"},
		{"jsbridge", m + "core/reference", "the judge of the tests"},
		{"jsbridge/analysis", m + "core/reference", "the judge of the tests"},
		{"jsbridge/analysis", m + "core/twin", ""},
		{"jsbridge", m + "core/twin", "does not judge itself"},
		{"core", m + "core/twin", "does not judge itself"},
		{"core/twin", m + "core/reference", ""},
		{"core/twin", m + "core/cell", "shares no code"},
		{"core/reference", m + "core/kernel", "no code with what it judges"},
		{"core/reference", "gonum.org/v1/gonum/mat", ""},
		{"core/optim", "gonum.org/v1/gonum/mat", "side rooms"},
		{"core/cell", m + "core/kernel", ""},
		{"core/kernel", m + "core/cell", "not the other way round"},
		{"core/loss", m + "core", "side rooms"},
		{"core/kernel/table", m + "core/kernel", "must not link the engine"},
		{"core/checkpoint/onnx", m + "core/checkpoint", ""},
		{"wasm/simd/gen", m + "core/kernel", "from the registry"},
		{"wasm/simd/gen", m + "core/kernel/table", ""},
		{"core", m + "tests/imports", "nothing imports tests"},
		{"site/serve", m + "core", "npm package only"},
		{"site/serve", "net/http", ""},
		{"core/data", "encoding/json", "parsed on the JavaScript side"},
		{"jsbridge", "reflect", "write the types out"},
		{"core/tensor", "example.org/x/y", "ground floor"},
		{"attic", "fmt", "in no room"},
		{"tests/imports", m + "core/reference", ""},
	} {
		got := refuse(c.from, c.to)
		if c.want == "" {
			assert.Empty(t, got, "%s → %s", c.from, c.to)
		} else {
			assert.Contains(t, got, c.want, "%s → %s", c.from, c.to)
		}
	}
}

func TestScriptArrows(t *testing.T) {
	packaged, page, views := scriptRooms[0], scriptRooms[1], scriptRooms[2]
	for _, c := range []struct {
		room       scriptRoom
		text, want string
	}{
		{page, `import { createModel } from "unfold-rnn/external";`, ""},
		{page, "import {\n  a,\n  b,\n} from \"./curve.js\";", ""},
		{page, `import "uplot/dist/uPlot.min.css";`, ""},
		{page, `import { host } from "../../jsbridge/npm/src/host.js";`, "by name"},
		{page, "export interface Plain {\n  a: string;\n}\nconst said = 'from \"nowhere\"';", ""},
		{page, "import type {\n  A,\n} from 'lodash';", "→ lodash"},
		{page, `export type { A } from "lodash";`, "→ lodash"},
		{page, `import "lodash";`, "→ lodash"},
		{page, `const m = await import("lodash");`, "→ lodash"},
		{page, `import x from "unfold-rnn/dist/index.js";`, "by name"},
		{packaged, `import fs from "node:fs";`, "no dependency"},
		{packaged, `export { a } from "./types.js";`, ""},
		{packaged, `import { LitElement } from "lit";`, "no dependency"},
		{views, `import { repeat } from "lit/directives/repeat.js";`, ""},
		{views, `import { createModel } from "../index.js";`, ""},
		{views, `import "../../build.js";`, "stand on Lit"},
		{views, `import { html } from "preact";`, "stand on Lit"},
		{packaged, `export * from "../../../tests/node/x.ts";`, "no dependency"},
	} {
		got := refuseScript(c.room, c.room.folder+"/module.ts", c.text)
		if c.want == "" {
			assert.Empty(t, got, c.text)
		} else if assert.NotEmpty(t, got, c.text) {
			assert.Contains(t, got[0], c.want)
		}
	}
}
