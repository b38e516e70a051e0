#!/usr/bin/env bash
# Checks the JavaScript of the portal, the examples and the API page:
#
#   run.sh test    unit tests; needs Node 20 or newer, and installs nothing
#   run.sh lint    format, lint rules and types; needs npm as well, and installs its tools here once
#
# Where Node or npm is missing it says so in one line and succeeds, so that `make` works without them.
set -euo pipefail
cd "$(dirname "$0")"

skip() {
	echo "JavaScript checks skipped: $1"
	exit 0
}

command -v node >/dev/null || skip "node is not installed"
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || skip "node is older than 20"

case ${1:-} in
test)
	node --test --test-reporter=dot *.test.mjs
	;;
lint)
	command -v npm >/dev/null || skip "npm is not installed"
	# A changed package.json installs the tools again.
	if ! cmp -s package.json node_modules/.installed; then
		npm install --no-package-lock --no-audit --no-fund --loglevel=error
		cp package.json node_modules/.installed
	fi
	(cd ../../.. && internal/portal/check/node_modules/.bin/biome check --config-path=internal/portal/check/lint.jsonc .)
	node_modules/.bin/tsc --project .
	;;
*)
	echo "usage: $0 lint|test" >&2
	exit 2
	;;
esac
