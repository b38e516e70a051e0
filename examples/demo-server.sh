# Serves a demo hospital for an example, on a free port of this machine, until the script that reads this file ends.
# The address is in $url.

data=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" && wait "$server" || true; fi
  rm -rf "$data"
}
trap stop EXIT
trap 'exit 130' INT TERM
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
	console.log(s.address().port);
	s.close();
})')
url=http://127.0.0.1:$port
../../bin/hospital demo --dir="$data" >/dev/null
../../bin/hospital serve --dir="$data" --http="127.0.0.1:$port" >/dev/null &
server=$!
