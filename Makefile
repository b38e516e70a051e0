# Everything a developer or operator does, one word each.
ADDR ?= 127.0.0.1:8090
FUZZTIME ?= 60s
SIZE ?= 200k
FOR ?= 1h
# One Go for everybody; an older one fetches it by itself.
export GOTOOLCHAIN := go1.27.3
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

help: ## print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, migrate, fill an empty database with the demo hospital, serve on $(ADDR)
	./bin/hospital demo
	./bin/hospital serve --http=$(ADDR)

dev: ## like run, and build and restart on every change
	go run github.com/air-verse/air@v1.67.4 --tmp_dir bin --build.cmd "make build && ./bin/hospital demo" \
		--build.entrypoint "./bin/hospital,serve,--http=$(ADDR)" --build.include_ext go,js,css,html,svg,yaml \
		--build.exclude_dir bin,dist,pb_data,bench,docs,examples,node_modules --build.send_interrupt true --build.kill_delay 1s

# -s -w: without tables for debuggers, as a release. Stack traces and profiles need none of them.
build: ## one pure-Go binary at bin/hospital with everything in it
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X hospital/internal/kit.Version=$(VERSION)" -o bin/hospital .

# The portal's checks need Node; without it they say so and pass.
portal = ./internal/portal/check/run.sh

# Packages whose tests do several things at once run again with the race detector. There
# -short leaves out long sequential tests, which have nothing to race with.
concurrent = $(sort $(dir $(shell grep -rl 'sync\.WaitGroup' --include='*_test.go' modules internal)))

# Code that only calculates and shares nothing is not watched: SQLite, hashes, fonts, regular
# expressions. Watching it takes most of the time.
calculating = modernc.org/... golang.org/x/crypto/... golang.org/x/image/... codeberg.org/go-pdf/... regexp regexp/syntax

test: ## every test, and what is concurrent with the race detector, too
	GOGC=400 go test ./...
	CGO_ENABLED=0 go -C bench/compare test ./...
	GOGC=400 go test -race -short -vet=off $(foreach p,$(calculating),-gcflags='$p=-race=false') $(addprefix ./,$(concurrent))
	@$(portal) test

clients: ## lint the API document, generate clients from it and run them (needs Node 20 and npm)
	./examples/clients/run.sh

webhook-proof: ## check events of a demo hospital with the npm package standardwebhooks (needs Node 20 and npm)
	./examples/webhook-receiver/run.sh

# The benchmark and the servers beside the hospital are a module of their own, so that the hospital
# does not depend on what they need.
compare = CGO_ENABLED=0 go -C bench/compare build -o $(CURDIR)/bin/bench/ . ./limit ./usual

bench: build ## measure beside other servers, write docs/performance.md (SIZE=1m, QUICK=1, BENCH_POSTGRES=URL)
	$(compare)
	@echo '{"Replace": {"$(CURDIR)/profile.go": "$(CURDIR)/bench/compare/testdata/profile.go"}}' >bin/bench/overlay.json
	CGO_ENABLED=0 go build -trimpath -overlay bin/bench/overlay.json -o bin/bench/hospital-profiled .
	./bin/bench/compare -size $(SIZE) $(if $(QUICK),-quick) -profiled bin/bench/hospital-profiled \
		-report docs/performance.md

soak: build ## an hour of 200 people who poll and a few who write: what grows (FOR=1h, SIZE=200k)
	$(compare)
	./bin/bench/compare -size $(SIZE) -soak $(FOR) -report docs/performance.md

bench-compare: build ## measure beside the hospital of another revision (BASE=revision, ONLY='view|book')
	@test -n "$(BASE)" || { echo "say which revision: make bench-compare BASE=v1.0.0" ; exit 1 ; }
	$(compare)
	rm -rf bin/bench/base && mkdir bin/bench/base && git archive $(BASE) | tar -x -C bin/bench/base
	CGO_ENABLED=0 go -C bin/bench/base build -trimpath -o $(CURDIR)/bin/bench/hospital-base .
	rm -rf bin/bench/base
	./bin/bench/compare -size $(SIZE) $(if $(QUICK),-quick) -base bin/bench/hospital-base $(if $(ONLY),-only '$(ONLY)')

stress: build ## book, move and cancel from 64 clients, kill the server, import beside it: no loss, no double booking
	go run ./bench/stress

import-load: ## import 40,000 patients and 200,000 past visits beside a server that writes; prints time, memory, waits
	IMPORT_LOAD=40000 go test ./internal/server -run TestWritersGoOnBesideAnImportOfAHospital -v -count=1 -timeout 1h

attack: build ## all attacks of guests at once for a minute, while staff book
	go run ./bench/attack

lint: ## formatting, go vet, staticcheck and more (golangci-lint), gosec, govulncheck, and the portal's JavaScript
	go mod tidy -diff
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...
	go -C bench/compare mod tidy -diff
	cd bench/compare && CGO_ENABLED=0 go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...
	go run github.com/securego/gosec/v2/cmd/gosec@v2.30.0 -quiet -exclude-dir=bench -exclude-dir=examples ./...
	@curl -sfm 10 -o /dev/null https://vuln.go.dev/index/db.json || { echo "govulncheck skipped: vuln.go.dev cannot be reached"; exit 0; } ; \
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...
	@$(portal) lint

# Fuzzing writes what breaks a test to testdata/fuzz, where it stays as a test.
fuzz: ## try every parser with made-up input, each for $(FUZZTIME)
	@grep -rHoE '^func Fuzz[A-Za-z]+' modules internal --include='*_test.go' | sort | while IFS=: read -r file target; do \
		echo "$${target#func } in $$(dirname $$file)"; \
		go test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) "./$$(dirname $$file)" </dev/null || exit 1; \
	done

release-binaries: ## build VERSION for linux, macOS and Windows into dist/, with checksums and lists of components
	./.ci/release $(VERSION)

clean: ## remove what was built
	rm -rf bin dist examples/clients/build

.PHONY: help run dev build release-binaries test clients webhook-proof bench bench-compare soak stress import-load attack lint fuzz clean
.DEFAULT_GOAL := help
