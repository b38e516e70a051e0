package main

import "sync"

// visit is an appointment, as the hospital tells of it and as its database holds it.
type visit struct {
	ID, Doctor, Patient, Starts, Ends, Status string
	Overbook                                  bool
	Version                                   int
}

func (v visit) active() bool { return v.Status == "pending" || v.Status == "approved" }

// request is something that a client wanted of a visit.
type request struct {
	page    *page
	version int            // that it was based on; 0 for a new visit
	fields  map[string]any // that were sent
	tries   int
	refused int // of the tries
}

// page is all that the clients know of one visit.
type page struct {
	requests []*request
	told     map[int]visit // by version: what the hospital said that it is
}

// ledger is the clients' memory, against which the database is held.
type ledger struct {
	sync.Mutex
	visits map[string]*page
}

// wanted notes a request before it is sent.
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

// told notes what the hospital said that a visit is. It says so when it had said
// otherwise of the same version before.
func (l *ledger) told(v visit) (contradicted bool) {
	l.Lock()
	defer l.Unlock()
	p := l.visits[v.ID]
	if p == nil {
		return true // of which nobody asked
	}
	before, known := p.told[v.Version]
	p.told[v.Version] = v
	return known && before != v
}

// open says that a request may have been followed, whatever its client was told:
// that not every try of it was refused.
func (r *request) open() bool { return r.refused < r.tries }

// fits says whether a request asked for what a visit became, as far as that is known.
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
