package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A stack is a power of two. That of a stream is 16 KB, and its connection has a second goroutine.
func TestAStreamTakesLittleStack(t *testing.T) {
	t.Parallel()
	const streams, maxStack = 200, 27 << 10
	metrics := freeAddress(t)
	s := serve(t, demoData(t), "HOSPITAL_METRICS="+metrics)
	before := stackOf(t, metrics)
	for range streams {
		openStream(t, s.address)
	}
	if each := (stackOf(t, metrics) - before) / streams; each > maxStack {
		t.Errorf("a stream takes %.0f bytes of stack, more than %d", each, maxStack)
	}
}

// openStream opens a realtime stream until the end of the test.
func openStream(t *testing.T, address string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := fmt.Fprintf(c, "GET /api/realtime HTTP/1.1\r\nHost: %s\r\n\r\n", address); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewReader(c); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal("the stream ended before its first message: ", err)
		}
		if strings.Contains(line, "PB_CONNECT") {
			return
		}
	}
}

var stackMetric = regexp.MustCompile(`(?m)^go_memstats_stack_inuse_bytes (\S+)$`)

// stackOf is the memory of all stacks of a server.
func stackOf(t *testing.T, metrics string) float64 {
	t.Helper()
	response, err := http.Get("http://" + metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := stackMetric.FindSubmatch(text)
	if found == nil {
		t.Fatalf("no memory of stacks in %s", text)
	}
	bytes, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}
