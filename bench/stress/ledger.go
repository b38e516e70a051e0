package main

import "sync"

// visit is an appointment, as answered by the API and as stored.
type visit struct {
	ID, Doctor, Patient, Starts, Ends, Status string
	Overbook                                  bool
	Version                                   int
}

func (v visit) active() bool { return v.Status == "pending" || v.Status == "approved" }

// request is a create or update that a client sent.
type request struct {
	page    *page
	version int            // version it was based on; 0 for a new visit
	fields  map[string]any // as sent
	tries   int
	refused int // number of refused tries
}

// page is what the clients know about one visit.
type page struct {
	requests []*request
	told     map[int]visit // by version: as acknowledged
}

// ledger is what the clients sent and received. The database is compared with it.
type ledger struct {
	sync.Mutex
	visits map[string]*page
}

// wanted records a request before it is sent.
func (l *ledger) wanted(id string, version int, fields map[string]any) *request {
	l.Lock()
	defer l.Unlock()
	p := l.visits[id]
	if p == nil {
		p = &page{told: map[int]visit{}}
		l.visits[id] = p
	}
	r := &request{page: p, version: version, fields: fields}
	p.requests = append(p.requests, r)
	return r
}

// tried and refused count the tries of a request, and those that were refused.
func (l *ledger) tried(r *request)   { l.Lock(); r.tries++; l.Unlock() }
func (l *ledger) refused(r *request) { l.Lock(); r.refused++; l.Unlock() }

// told records an acknowledged visit. It reports whether an earlier answer for the same
// version was different.
func (l *ledger) told(v visit) (contradicted bool) {
	l.Lock()
	defer l.Unlock()
	p := l.visits[v.ID]
	if p == nil {
		return true // never requested
	}
	before, known := p.told[v.Version]
	p.told[v.Version] = v
	return known && before != v
}

// open reports whether a request may have been executed: not every try was refused.
func (r *request) open() bool { return r.refused < r.tries }

// fits reports whether a request could have led to this state of the visit.
func (r *request) fits(became visit) bool {
	is := map[string]any{"doctor": became.Doctor, "patient": became.Patient, "starts": became.Starts, "status": became.Status}
	if became.Ends != "" {
		is["ends"] = became.Ends
	}
	for field, wanted := range r.fields {
		if value, known := is[field]; known && value != wanted {
			return false
		}
	}
	return true
}
