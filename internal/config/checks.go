package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/pocketbase/pocketbase/tools/cron"
)

// The checks return the end of the error message, after the value: "x" must be on or off.

func ensure(valid bool, message string) error {
	if valid {
		return nil
	}
	return errors.New(message)
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		return ensure(slices.Contains(words, v), "must be "+strings.Join(words, " or "))
	}
}

func length(min, max int) func(string) error {
	message := fmt.Sprintf("must have at least %d characters", min)
	if min == max {
		message = fmt.Sprintf("must have exactly %d characters", min)
	}
	return func(v string) error { return ensure(len(v) >= min && len(v) <= max, message) }
}

func number(min, max int64) func(string) error {
	return func(v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		return ensure(err == nil && n >= min && n <= max, fmt.Sprintf("must be a number from %d to %d", min, max))
	}
}

func duration(min, max time.Duration) func(string) error {
	return func(v string) error {
		d, err := time.ParseDuration(v)
		return ensure(
			err == nil && d >= min && d <= max,
			fmt.Sprintf("must be a duration such as 20s, and at most %s", max),
		)
	}
}

// each applies a check to every item of a list.
func each(check func(string) error) func(string) error {
	return func(v string) error {
		for _, item := range split(v) {
			if err := check(item); err != nil {
				return fmt.Errorf("contains %q, which %w", item, err)
			}
		}
		return nil
	}
}

// split returns the items of a list that is separated by commas.
func split(list string) (items []string) {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func address(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		err = number(0, 65535)(port)
	}
	return ensure(err == nil, "must be an address and a port, such as 127.0.0.1:8090")
}

func loopback(v string) error {
	host, _, err := net.SplitHostPort(v)
	ip, _ := netip.ParseAddr(host)
	return ensure(err == nil && address(v) == nil && (host == "localhost" || ip.IsLoopback()),
		"must be an address of this machine and a port, such as 127.0.0.1:9090")
}

func webAddress(v string) error {
	u, err := url.Parse(v)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	return ensure(web && u.RawQuery == "" && u.Fragment == "" && u.User == nil,
		"must be a web address such as https://hospital.example")
}

func origin(v string) error {
	u, err := url.Parse(v)
	return ensure(v == "*" || err == nil && webAddress(v) == nil && u.Path == "",
		"must be a website such as https://app.example, without a path")
}

func network(v string) error {
	_, noAddress := netip.ParseAddr(v)
	_, noPrefix := netip.ParsePrefix(v)
	return ensure(noAddress == nil || noPrefix == nil, "must be an address or a network")
}

func headerName(v string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-"
	return ensure(strings.Trim(strings.ToLower(v), allowed) == "", "must be the name of a header")
}

func sender(v string) error {
	_, err := mail.ParseAddress(v)
	return ensure(err == nil, "must be a mail address, with or without a name")
}

func schedule(v string) error {
	if v == "off" {
		return nil
	}
	_, err := cron.NewSchedule(v)
	return ensure(err == nil, "must be a cron expression such as 30 2 * * *, or off")
}

func recipient(v string) error {
	_, err := age.ParseX25519Recipient(v)
	return ensure(err == nil, "must be a public key of age (age1…), as age-keygen prints it")
}
