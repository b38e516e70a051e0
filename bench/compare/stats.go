package main

import (
	"math/rand/v2"
	"slices"
	"time"
)

// median is the middle of some values; of two, their mean. Without values it is 0.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// interval is where a value lies with a confidence of 95 %.
type interval struct{ value, low, high float64 }

const resamples = 2_000

// medianRatio is the median of the ratios of two servers, slice by slice, with its bootstrap
// interval: the median of many samples that are drawn from the ratios, with replacement.
func medianRatio(a, b []float64, random *rand.Rand) interval {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			ratios = append(ratios, a[i]/b[i])
		}
	}
	if len(ratios) == 0 {
		return interval{}
	}
	medians, sample := make([]float64, resamples), make([]float64, len(ratios))
	for i := range medians {
		for j := range sample {
			sample[j] = ratios[random.IntN(len(ratios))]
		}
		medians[i] = median(sample)
	}
	slices.Sort(medians)
	return interval{median(ratios), medians[resamples*25/1000], medians[resamples*975/1000]}
}

// percentile is the duration that n percent of the requests did not exceed.
func percentile(took []time.Duration, n int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[min(len(sorted)*n/100, len(sorted)-1)]
}

// orders are the orders in which the servers take their turns, round by round. In each round
// each server has one slice. Each order of two neighbours comes about equally often, so that no
// server is always measured after the same one.
func orders(rounds, servers int, random *rand.Rand) [][]int {
	all := make([][]int, rounds)
	for i := range all {
		all[i] = random.Perm(servers)
	}
	return all
}
