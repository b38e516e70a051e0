package main

import "time"

// slice is what one server did in one turn.
type slice struct {
	requests int
	took     time.Duration // of the load, and of the work that was left at its end
	cpu      time.Duration
	bytes    int64
	each     []time.Duration
}

func (s slice) perSecond() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(s.requests) / s.took.Seconds()
}

// series is what one server did in all turns of an operation.
type series struct {
	slices    []slice
	single    time.Duration // of a request while there is no other, the median
	lines     int           // of its answer
	auditRows float64       // for each request; negative if they cannot be counted
}

func (s series) speeds() (perSecond []float64) {
	for _, one := range s.slices {
		perSecond = append(perSecond, one.perSecond())
	}
	return perSecond
}

func (s series) latencies() (all []time.Duration) {
	for _, one := range s.slices {
		all = append(all, one.each...)
	}
	return all
}

func (s series) requests() (n int) {
	for _, one := range s.slices {
		n += one.requests
	}
	return n
}

// cpuPerRequest is the processor time of a request, the work after its answer included.
func (s series) cpuPerRequest() time.Duration {
	var total time.Duration
	for _, one := range s.slices {
		total += one.cpu
	}
	return total / time.Duration(max(s.requests(), 1))
}
