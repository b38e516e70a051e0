#!/usr/bin/env bash
# Proves with the npm package standardwebhooks that the events of a demo hospital are signed as they should be:
# `make webhook-proof`.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v npm >/dev/null ||
	! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  echo "The proof needs Node 20 or newer, and npm." >&2
  exit 1
fi
make --no-print-directory -C ../.. build
npm install --no-package-lock --no-audit --no-fund --loglevel=error

. ../demo-server.sh
for _ in $(seq 100); do
  if node -e "fetch('$url/api/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; then break; fi
  sleep 0.1
done
node prove.mjs "$url"
