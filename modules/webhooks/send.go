package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

const (
	defaultTimeout = 10 * time.Second
	maxAnswer      = 64 << 10 // bytes of the answer that are read

	timeoutKey = "webhooks.timeout"
)

// SetTimeout sets how long a request can take in total, instead of 10 seconds.
func SetTimeout(app core.App, timeout time.Duration) { app.Store().Set(timeoutKey, timeout) }

func timeoutOf(app core.App) time.Duration {
	if set, ok := app.Store().Get(timeoutKey).(time.Duration); ok {
		return set
	}
	return defaultTimeout
}

// answer is the result of an attempt.
type answer struct {
	status     int           // of HTTP; 0 without an answer
	problem    string        // empty: the receiver has got it
	retryAfter time.Duration // what the receiver asks for
}

func (a answer) gone() bool { return a.status == http.StatusGone }

// request is what is sent at an attempt.
type request struct {
	url, event, body string
	secrets          []string
	reach            Reach
	at               time.Time
	timeout          time.Duration
}

// send posts an event. It follows no redirect, uses no proxy, and opens its own connection, which it closes.
func (r request) send(ctx context.Context) answer {
	to, err := parse(r.url, r.reach)
	if err != nil {
		return answer{problem: problemOf(err)}
	}
	signature, err := sign(r.secrets, r.event, r.at, r.body)
	if err != nil {
		return answer{problem: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, strings.NewReader(r.body))
	if err != nil {
		return answer{problem: problemOf(errURL)}
	}
	post.Header.Set("Content-Type", "application/cloudevents+json")
	post.Header.Set("User-Agent", "hospital-webhooks/"+kit.Version)
	post.Header["webhook-id"] = []string{r.event} // in lower case, as the specification writes them
	post.Header["webhook-timestamp"] = []string{strconv.FormatInt(r.at.Unix(), 10)}
	post.Header["webhook-signature"] = []string{signature}
	response, err := to.client().Do(post)
	if err != nil {
		return answer{problem: problemOf(err)}
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer) // the status says enough
	return answerOf(response, r.at)
}

// client returns an HTTP client for one request.
func (t target) client() *http.Client {
	dialer := &net.Dialer{Control: t.control, Resolver: t.resolver}
	return &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true,
			MaxResponseHeaderBytes: maxAnswer},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func answerOf(response *http.Response, now time.Time) answer {
	a := answer{status: response.StatusCode, retryAfter: retryAfter(response.Header.Get("Retry-After"), now)}
	switch status := response.StatusCode; {
	case status >= 200 && status < 300:
	case status >= 300 && status < 400:
		a.problem = fmt.Sprintf("The receiver answered %d. Redirects are not followed: enter the address itself.", status)
	case a.gone():
		a.problem = "The receiver answered 410: it wants nothing more."
	default:
		a.problem = fmt.Sprintf("The receiver answered %d.", status)
	}
	return a
}

// retryAfter reads the header: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second // #nosec G115 -- 31 bits
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return date.Sub(now)
}

// problemOf says why there was no answer. It does not contain the address, which may have a token.
func problemOf(err error) string {
	if refused, ok := errors.AsType[*router.ApiError](err); ok {
		return refused.Message
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return "The receiver did not answer in time."
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	runes := []rune("There was no answer: " + err.Error())
	return string(runes[:min(len(runes), maxError)])
}
