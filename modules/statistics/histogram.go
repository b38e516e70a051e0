package statistics

import (
	"maps"
	"slices"
	"time"
)

// histogram is how often each duration came, in whole units.
type histogram map[int]int64

// maxBucket is the largest value of a histogram. Longer durations count as this one.
const maxBucket = 10_000

// count adds a duration. One that is negative is a clock that was set back, and counts as 0.
func (h *histogram) count(d, unit time.Duration) {
	if *h == nil {
		*h = histogram{}
	}
	(*h)[min(max(int(d/unit), 0), maxBucket)]++
}

func (h *histogram) add(other histogram) {
	if len(other) == 0 {
		return
	}
	if *h == nil {
		*h = maps.Clone(other)
		return
	}
	for value, n := range other {
		(*h)[value] += n
	}
}

// percentile is the smallest value that so many percent are not above. It is 0 without any.
func (h histogram) percentile(percent int64) int {
	var all int64
	for _, n := range h {
		all += n
	}
	var seen int64
	for _, value := range slices.Sorted(maps.Keys(h)) {
		if seen += h[value]; seen*100 >= all*percent {
			return value
		}
	}
	return 0
}
