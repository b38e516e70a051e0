package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := median(c.values); got != c.want {
			t.Errorf("the median of %v is %v, not %v", c.values, got, c.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for i := range 100 {
		took = append(took, time.Duration(100-i))
	}
	if p50, p99 := percentile(took, 50), percentile(took, 99); p50 != 51 || p99 != 100 {
		t.Errorf("p50 is %d and p99 is %d", p50, p99)
	}
	if percentile(nil, 99) != 0 {
		t.Error("no request took some time")
	}
}

// One slice of ten is disturbed, and the drift over time is the same for both servers.
func TestMedianRatioIgnoresOutliersAndDrift(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var a, b []float64
	for i := range 20 {
		speed := 1000 - 20*float64(i)
		a, b = append(a, speed*(0.5+0.02*(random.Float64()-0.5))), append(b, speed)
	}
	a[3], a[11] = 10, 20
	r := medianRatio(a, b, random)
	if r.value < 0.49 || r.value > 0.51 || r.low > r.value || r.high < r.value || r.high-r.low > 0.03 {
		t.Errorf("the ratio is %+v", r)
	}
}

func TestIntervalOfTheSameServerContainsOne(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	outside := 0
	for range 100 {
		var a, b []float64
		for range 15 {
			a, b = append(a, 1000+100*random.NormFloat64()), append(b, 1000+100*random.NormFloat64())
		}
		if r := medianRatio(a, b, random); r.low > 1 || r.high < 1 {
			outside++
		}
	}
	if outside > 15 {
		t.Errorf("%d of 100 intervals of 95 %% do not contain the ratio", outside)
	}
}

func TestEveryServerHasOneSlicePerRoundInRandomOrder(t *testing.T) {
	t.Parallel()
	first := make([]int, 3)
	for _, order := range orders(300, 3, rand.New(rand.NewPCG(5, 6))) {
		first[order[0]]++
		if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, []int{0, 1, 2}) {
			t.Fatalf("a round has the slices %v", order)
		}
	}
	for server, n := range first {
		if n < 70 || n > 130 {
			t.Errorf("server %d is first in %d of 300 rounds", server, n)
		}
	}
}
