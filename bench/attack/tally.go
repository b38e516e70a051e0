package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// tally counts answers by attack and status.
type tally struct {
	lock   sync.Mutex
	counts map[string]map[int]int
}

func (t *tally) add(attack string, status int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.counts[attack] == nil {
		t.counts[attack] = map[int]int{}
	}
	t.counts[attack][status]++
}

func (t *tally) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	var lines []string
	for attack, counts := range t.counts {
		var parts []string
		for status, n := range counts {
			name := strconv.Itoa(status)
			if status == 0 {
				name = "closed"
			}
			parts = append(parts, fmt.Sprintf("%d x %s", n, name))
		}
		slices.Sort(parts)
		lines = append(lines, fmt.Sprintf("  %-40s %s\n", attack, strings.Join(parts, ", ")))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
