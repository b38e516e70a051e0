// The build for profiles adds this file to the hospital's main package, with -overlay.
package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() {
	if address := os.Getenv("BENCH_PROFILE"); address != "" {
		go func() { panic(http.ListenAndServe(address, nil)) }()
	}
}
