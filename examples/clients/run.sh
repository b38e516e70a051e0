#!/usr/bin/env bash
# Lints the API document, generates clients from it, compiles them, and runs them against its own demo hospital:
# `make clients`.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v npm >/dev/null ||
	! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  echo "The clients need Node 20 or newer, and npm." >&2
  exit 1
fi
make --no-print-directory -C ../.. build
npm install --no-package-lock --no-audit --no-fund --loglevel=error
PATH="$PWD/node_modules/.bin:$PATH"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

. ../demo-server.sh

step() { printf '\n== %s\n' "$1"; }

step "the document"
rm -rf build && mkdir -p build/api
node fetch.mjs "$url" build/openapi.yaml

step "lint"
redocly lint --config lint/redocly.yaml build/openapi.yaml

step "TypeScript"
openapi-typescript build/openapi.yaml -o build/hospital.d.ts
tsc # story.ts and wrong.ts, strictly, into build/js
node build/js/story.js "$url"

step "Go"
go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml build/openapi.yaml
go vet ./...
go run . "$url"

step "JavaScript of CLIENTS.md"
node snippets.mjs "$url"

step "all clients work"
