package main

import "sync"

// visit is an appointment in a response or a row.
type visit struct {
	ID, Doctor, Patient, Starts, Ends, Status string
	Overbook                                  bool
	Version                                   int
}

func (v visit) active() bool { return v.Status == "pending" || v.Status == "approved" }

// request is a booking or a change that a client requested.
type request struct {
	visit   *visitLog
	version int            // of the visit that it is based on; 0 for a new visit
	fields  map[string]any // of the body
	tries   int
	refused int // of the tries
}

// visitLog is everything that the clients know about one visit.
type visitLog struct {
	requests     []*request
	acknowledged map[int]visit // states in responses, by version
}

// requestLog is what all clients sent and received. The database is compared with it.
type requestLog struct {
	sync.Mutex
	visits map[string]*visitLog
}

// addRequest records a request before it is sent.
func (l *requestLog) addRequest(id string, version int, fields map[string]any) *request {
	l.Lock()
	defer l.Unlock()
	log := l.visits[id]
	if log == nil {
		log = &visitLog{acknowledged: map[int]visit{}}
		l.visits[id] = log
	}
	r := &request{visit: log, version: version, fields: fields}
	log.requests = append(log.requests, r)
	return r
}

// countTry and countRefusal count the tries of a request, and those that were refused.
func (l *requestLog) countTry(r *request)     { l.Lock(); r.tries++; l.Unlock() }
func (l *requestLog) countRefusal(r *request) { l.Lock(); r.refused++; l.Unlock() }

// acknowledge records the state of a visit from a response. It reports whether an earlier
// response about the same version differs.
func (l *requestLog) acknowledge(v visit) (contradicted bool) {
	l.Lock()
	defer l.Unlock()
	log := l.visits[v.ID]
	if log == nil {
		return true // a visit that no client requested
	}
	before, known := log.acknowledged[v.Version]
	log.acknowledged[v.Version] = v
	return known && before != v
}

// mayHaveSucceeded says that not every try was refused. An unanswered try may have succeeded.
func (r *request) mayHaveSucceeded() bool { return r.refused < r.tries }

// matches says whether a request asked for this state of a visit, as far as it is known.
func (r *request) matches(v visit) bool {
	state := map[string]any{"doctor": v.Doctor, "patient": v.Patient, "starts": v.Starts, "status": v.Status}
	if v.Ends != "" {
		state["ends"] = v.Ends
	}
	for field, requested := range r.fields {
		if value, known := state[field]; known && value != requested {
			return false
		}
	}
	return true
}
