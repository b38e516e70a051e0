package statistics

import (
	"maps"

	"github.com/pocketbase/pocketbase/core"
)

// facts are what happened in a period. Those of two periods add up to those of both: they have counts and sums, and no
// averages. Their JSON is what is kept of a day.
type facts struct {
	Visits   visitFacts    `json:"visits"`
	Patients patientFacts  `json:"patients"`
	Money    moneyFacts    `json:"money"`
	Clinical clinicalFacts `json:"clinical"`
}

func (f *facts) add(other facts) {
	f.Visits.add(other.Visits)
	f.Patients.add(other.Patients)
	f.Money.add(other.Money)
	f.Clinical.add(other.Clinical)
}

// counts are numbers by name.
type counts map[string]int64

func (c *counts) add(other counts) {
	if len(other) == 0 {
		return
	}
	if *c == nil {
		*c = maps.Clone(other)
		return
	}
	for name, n := range other {
		(*c)[name] += n
	}
}

// count adds to one of them.
func (c *counts) count(name string, n int64) {
	if n == 0 {
		return
	}
	if *c == nil {
		*c = counts{}
	}
	(*c)[name] += n
}

// scope is of which visits the statistics are: those of some doctors, or all.
type scope struct {
	app     core.App
	doctors []string // nil: all
}

func (s scope) all() bool { return s.doctors == nil }

// count reads the facts of a period from the visits, bills and records.
func (s scope) count(p span) (f facts, err error) {
	if f.Visits, f.Patients, err = s.countVisits(p); err != nil {
		return f, err
	}
	if err = s.countRegistrations(p, &f.Patients); err != nil {
		return f, err
	}
	if f.Money, err = s.countMoney(p); err != nil {
		return f, err
	}
	f.Clinical, err = s.countClinical(p)
	return f, err
}
