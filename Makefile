# The only door to Unfold. Needs Go 1.26, Node 20, make and git; everything else is fetched
# through their package managers. `make` alone lists what can be done.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

ADDR ?= 127.0.0.1:8080
PYTHON ?= python3
FUZZTIME ?= 60s

# ---- what is made, and from what ----------------------------------------------------------------
# Directories stand among the sources, so that a deleted file counts as a change.

sources = $(shell find $(1) \( -name node_modules -o -name dist \) -prune -o \( -type d -o $(2) \) -print 2>/dev/null)

MODULES := node_modules/.package-lock.json
GO_SOURCES := go.mod go.sum $(call sources,core,-name '*.go' ! -name '*_test.go') $(wildcard jsbridge/*.go jsbridge/analysis/*.go wasm/*.go wasm/analysis/*.go wasm/link/*.go)
KERNEL_SOURCES := go.mod $(call sources,wasm/asm wasm/simd core/kernel/table,-name '*.go' ! -name '*_test.go')
NPM_SOURCES := $(call sources,jsbridge/npm/src,-name '*.ts' -o -name '*.css') $(wildcard jsbridge/npm/*.ts jsbridge/npm/*.json jsbridge/npm/README.md) $(addprefix site/data/,austen-pride-and-prejudice.txt surnames-by-language.tsv sunspots.csv LICENSE.faker) LICENSE
SITE_SOURCES := $(call sources,site/src site/single site/pictures site/data tests/golden,-type f) $(wildcard site/*.*)

KERNELS := $(addprefix build/wasm/,kernels.wasm kernels-relaxed.wasm shim.wasm peak.wasm peak-relaxed.wasm)
WASM := build/wasm/unfold.wasm build/wasm/analysis.wasm build/wasm/wasm_exec.js build/wasm/LICENSE.engine.txt $(KERNELS)
NPM := $(addprefix jsbridge/npm/dist/,index.js external.js views.js analysis.js element.js unfold.iife.js analysis.iife.js anywidget.js worker.js unfold.wasm analysis.wasm index.d.ts element.d.ts anywidget.d.ts)
SITE := build/site/index.html
SINGLE := build/unfold.html

GO_JS := GOOS=js GOARCH=wasm go
JS_PACKAGES := ./core/... ./jsbridge ./jsbridge/analysis ./wasm ./wasm/analysis
GO_EXEC := node '$(CURDIR)/wasm/exec/node.mjs'
NODE_TEST := node --import tsx --test --test-reporter=spec --test-reporter-destination=stdout \
	--test-reporter=./tests/tally/reporter.mjs --test-reporter-destination=stderr
TALLY := go run ./tests/tally

$(MODULES): package-lock.json
	npm ci
	touch $@

# Changes only when another Go is installed: wasm_exec.js and the wasm must come from the same one.
build/wasm/toolchain: FORCE
	@mkdir -p $(@D)
	@go version | cmp -s - $@ || go version > $@

$(KERNELS) &: $(KERNEL_SOURCES) build/wasm/toolchain
	go run ./wasm/simd/gen -out build/wasm
	touch $(KERNELS)

# Small before fast: arithmetic runs in the kernels, so nothing is inlined (-l); core/kernel checks its arguments once, so its bodies
# have no bounds checks (-B); and wasm/link lays the program out anew.
define program
$(GO_JS) build -trimpath -buildvcs=false -ldflags="-s -w" -gcflags=all=-l -gcflags=./core/kernel='-l -B' -o $(@:.wasm=.linked.wasm) $(1)
go run ./wasm/link -o $@ $(@:.wasm=.linked.wasm)
endef

build/wasm/unfold.wasm: $(GO_SOURCES) build/wasm/toolchain
	$(call program,./wasm)

build/wasm/analysis.wasm: $(GO_SOURCES) build/wasm/toolchain
	$(call program,./wasm/analysis)

# The engine holds Go's runtime and gonum, whose terms go with every copy.
build/wasm/LICENSE.engine.txt: build/wasm/toolchain go.sum
	go mod download gonum.org/v1/gonum
	for from in "Go $$(go env GOROOT)" "gonum $$(go list -m -f '{{.Dir}}' gonum.org/v1/gonum)"; do \
		echo "==== $${from%% *} ===="; echo; cat "$${from#* }/LICENSE"; echo; done > $@

build/wasm/wasm_exec.js: build/wasm/toolchain
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@
	touch $@

$(NPM) &: $(WASM) $(NPM_SOURCES) $(MODULES)
	npx tsx jsbridge/npm/build.ts
	touch $(NPM)

# What the types and their comments say, as pages. TypeDoc reads them with a TypeScript of its own.
build/reference/index.html: $(NPM) site/reference/node_modules/.package-lock.json $(wildcard site/reference/*.json)
	cd site/reference && npx typedoc --logLevel Warn
	touch $@

site/reference/node_modules/.package-lock.json: site/reference/package-lock.json
	cd site/reference && npm ci
	touch $@

$(SITE): $(NPM) $(SITE_SOURCES) $(MODULES) build/reference/index.html
	npx tsx site/build.ts
	touch $@

$(SINGLE): $(NPM) $(SITE_SOURCES) $(MODULES)
	npx tsx site/single.ts

# ---- targets ------------------------------------------------------------------------------------

.PHONY: help
help: ## list the targets (default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: build ## install what is missing, build, serve the page on 127.0.0.1:8080 or the next free port (ADDR=...)
	go run ./site/serve -dir build/site -addr $(ADDR)

.PHONY: build
build: $(SITE) ## leave build/site, a folder that any static host serves

.PHONY: single
single: $(SINGLE) ## build/unfold.html: the page as one file, which runs from file:// and offline

.PHONY: wasm package
wasm: $(WASM) ## only the WebAssembly: build/wasm
package: $(NPM) ## only the npm package: jsbridge/npm/dist

.PHONY: test
test: begin-tally test-go test-wasm test-browser-daily ## the everyday tests: Go, Go as wasm, the package in Node, page and package in Chromium
	@$(TALLY) -total

.PHONY: begin-tally
begin-tally:
	@rm -rf build/tally

.PHONY: test-go
test-go: $(KERNELS) ## Go tests, native
	@go test -json ./... | $(TALLY) -name "Go"

.PHONY: test-wasm
test-wasm: test-wasm-go test-node ## Go tests under GOOS=js, and the Node tests of the package

# -count=1: Go's test cache does not see the kernels that the exec script links.
.PHONY: test-wasm-go
test-wasm-go: $(WASM)
	@for kernels in simd relaxed-simd portable; do \
		UNFOLD_KERNELS=$$kernels $(GO_JS) test -count=1 -json -exec "$(GO_EXEC)" $(JS_PACKAGES) | $(TALLY) -name "Go in wasm, $$kernels"; \
	done

.PHONY: test-node
test-node: $(NPM)
	@TALLY="wasm in Node" $(NODE_TEST) $$(find jsbridge/npm/test site/test tests/node -name '*.test.ts' | sort)

# Walks through the whole page, which take minutes; CI takes them, every day does not.
WALKS := accessible budgets lessons offline

.PHONY: test-browser
test-browser: test-browser-daily test-walks ## the page and the package in headless Chromium

.PHONY: test-browser-daily
test-browser-daily: build single
	@npx tsx tests/browser/ensure-chromium.ts
	@TALLY="browser" $(NODE_TEST) $$(find tests/browser -name '*.test.ts' $(WALKS:%=! -name '%.test.ts') | sort)

.PHONY: test-walks
test-walks: build ## every panel and lesson in two languages, accessibility, offline, budgets
	@npx tsx tests/browser/ensure-chromium.ts
	@TALLY="walks through the page" $(NODE_TEST) $(WALKS:%=tests/browser/%.test.ts)

.PHONY: test-pack
test-pack: $(NPM) tests/pack/node_modules/.package-lock.json ## the packed package in empty projects: Node, Deno, Bun, script tags, four bundlers, types
	@npx tsx tests/browser/ensure-chromium.ts
	@TALLY="packed package" $(NODE_TEST) $$(find tests/pack -maxdepth 1 -name '*.test.ts' | sort)

tests/pack/node_modules/.package-lock.json: tests/pack/package-lock.json
	cd tests/pack && npm ci
	touch $@

.PHONY: test-embed
test-embed: $(NPM) ## the elements on pages of strangers: policies, sandboxes, file://, many of them, faults
	@npx tsx tests/browser/ensure-chromium.ts
	@TALLY="elements" $(NODE_TEST) $$(find tests/embed -name '*.test.ts' | sort)

.PHONY: test-notebook
test-notebook: build build/.notebook/done ## the widget in JupyterLab and marimo, and the examples (Python 3.10 or later; 500 MB from PyPI under build)
	@build/.notebook/bin/python -m pip install --quiet --no-deps --force-reinstall ./jsbridge/python
	@build/.notebook/bin/python -m pytest -q -p no:cacheprovider jsbridge/python/tests
	@npx tsx tests/browser/ensure-chromium.ts
	@TALLY="notebook" $(NODE_TEST) $$(find tests/notebook -name '*.test.ts' | sort)

build/.notebook/done: tests/notebook/requirements.txt | $(MODULES)
	rm -rf build/.notebook
	npx tsx tests/notebook/ensure-python.ts
	$(PYTHON) -m venv build/.notebook
	build/.notebook/bin/python -m pip install --quiet -r $<
	touch $@

.PHONY: test-mutation
test-mutation: ## break one backward equation or SIMD kernel at a time; the Go tests must notice each
	@go run ./tests/mutation

# Every fuzz target of the sources, one after another: go test takes one at a time.
.PHONY: fuzz
fuzz: ## SIMD kernels against portable bodies, files, configs and messages on drawn inputs (FUZZTIME=60s for each)
	@grep -r --include='*_test.go' -oE '^func Fuzz\w+' core | while IFS=: read -r file name; do \
		echo "fuzz: $${name#func } in $$(dirname $$file)"; \
		go test "./$$(dirname $$file)" -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) </dev/null; \
	done

.PHONY: golden
golden: build/.torch/done ## ask PyTorch again for tests/golden/*.json (Python 3.11 or later; its wheels take 5 GB under build)
	build/.torch/bin/python -B tests/golden/make_goldens.py

build/.torch/done: tests/golden/requirements.txt
	rm -rf build/.torch
	$(PYTHON) -m venv build/.torch
	build/.torch/bin/python -m pip install --quiet -r $<
	touch $@

.PHONY: results
results: $(NPM) ## train on what recurrent networks are tried on; writes docs/results.md (20 minutes; TASK=digits,reber)
	@npx tsc --noEmit -p tests
	@npx tsx tests/results/results.ts

.PHONY: soak
soak: $(NPM) ## 10,000 training steps: memory stays flat
	@STEPS=10000 node --expose-gc --import tsx tests/soak/soak.ts

.PHONY: bench
bench: $(NPM) $(SITE) tests/bench/node_modules/.package-lock.json ## speed against other libraries and the machine's own limit (20 minutes; PYTHON=... with torch)
	@npx tsx tests/browser/ensure-chromium.ts
	@npx tsc --noEmit -p tests/bench
	@cd tests/bench && node --import tsx bench.ts

.PHONY: profile
profile: $(NPM) tests/bench/node_modules/.package-lock.json ## where a step's time goes, kernel by kernel (ONLY=W1,W3 VARIANT=simd)
	@cd tests/bench && node --import tsx profile.ts

.PHONY: test-bench
test-bench: $(NPM) tests/bench/node_modules/.package-lock.json ## the benchmark's own arithmetic
	@npx tsc --noEmit -p tests/bench
	@cd tests/bench && npm test

tests/bench/node_modules/.package-lock.json: tests/bench/package-lock.json
	cd tests/bench && npm ci
	touch $@

.PHONY: check
check: check-format check-vet check-staticcheck check-imports check-generated check-types ## format, vet, staticcheck, tsc, forbidden imports, generated files
	@echo "check: all clean"

.PHONY: check-format
check-format:
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs -r -d '\n' ls -d 2>/dev/null | xargs -r -d '\n' gofmt -l); \
	if [ -n "$$unformatted" ]; then printf 'check-format: run gofmt -w on\n%s\n' "$$unformatted"; exit 1; fi

.PHONY: check-vet
check-vet:
	@go vet ./...
	@$(GO_JS) vet $(JS_PACKAGES)

.PHONY: check-staticcheck
check-staticcheck:
	@go build -o build/bin/ honnef.co/go/tools/cmd/staticcheck
	@build/bin/staticcheck ./...
	@GOOS=js GOARCH=wasm build/bin/staticcheck $(JS_PACKAGES)

.PHONY: check-imports
check-imports:
	@go run ./tests/imports

.PHONY: check-generated
check-generated:
	@go run ./wasm/simd/gen -check

.PHONY: check-types
check-types: $(NPM)
	@for workspace in jsbridge/npm site tests; do npx tsc --noEmit -p $$workspace; done

.PHONY: size
size: build ## bytes to ship, raw / gzip / brotli, against tests/size-budget.json
	@npx tsx tests/size/size.ts

.PHONY: pack
pack: $(NPM) ## build/unfold-rnn-<version>.tgz
	@npm pack --silent --workspace jsbridge/npm --pack-destination build | sed 's|^|build/|'

.PHONY: screenshots
screenshots: build ## build/screenshots: the page in two widths, themes and languages
	@npx tsx tests/browser/ensure-chromium.ts
	@npx tsx tests/browser/screenshots.ts

.PHONY: clean
clean: ## remove what was built; node_modules stays
	rm -rf build jsbridge/npm/dist

.PHONY: FORCE
FORCE:
