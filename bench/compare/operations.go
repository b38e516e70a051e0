package main

import (
	"fmt"
	"net/url"
	"time"
)

// operation is a kind of request that is measured.
type operation struct {
	name      string
	target    float64 // of the ratio to the limit server; 0 is none
	compared  bool    // the rivals do it, too
	writes    bool    // it runs on a fresh copy of the data
	logsReads bool    // the servers write entries of the audit log after the answer
	alone     bool    // it is measured without load only, because it takes long
	lasts     time.Duration
	limit     int    // how many requests there are records for; 0 is any number
	goal      string // of an operation of the product only
	request   func(i int) request
}

const (
	visitsPath   = "/api/collections/appointments/records"
	paymentsPath = "/api/collections/payments/records"
)

// operations are everything that is measured with requests.
func operations(w *world) []operation {
	patient := func(i int) person { return w.patients[i%len(w.patients)] }
	doctor := func(i int) person { return w.doctors[i%len(w.doctors)] }
	get := func(account, path string) request { return request{method: "GET", path: path, account: account} }
	patch := func(account, path, body string) request { return request{"PATCH", path, account, body, 0} }
	list := func(query url.Values) string { return visitsPath + "?" + query.Encode() }
	own := func(more ...string) string {
		query := url.Values{"sort": {"-starts"}, "perPage": {"30"}}
		for i := 0; i < len(more); i += 2 {
			query.Set(more[i], more[i+1])
		}
		return list(query)
	}
	plain, total := own("skipTotal", "1"), own()
	expanded, filtered := own("skipTotal", "1", "expand", "doctor"), own("skipTotal", "1", "filter", `status="approved"`)
	day := func(n int) string {
		from, to := w.today.AddDate(0, 0, n), w.today.AddDate(0, 0, n+1)
		return list(url.Values{"sort": {"starts"}, "perPage": {"100"}, "skipTotal": {"1"}, "expand": {"patient,doctor"},
			"filter": {fmt.Sprintf(`starts>="%s 00:00:00.000Z" && starts<"%s 00:00:00.000Z"`,
				from.Format(time.DateOnly), to.Format(time.DateOnly))}})
	}
	month := fmt.Sprintf("from=%s&to=%s", w.today.AddDate(0, 0, -31).Format(time.DateOnly),
		w.today.AddDate(0, 0, -1).Format(time.DateOnly))
	sideBySide := min(len(w.patients), len(w.doctors)) // bookings of different doctors and patients at one time
	book := func(i int) request {
		return request{"POST", visitsPath, patient(i % sideBySide).account, fmt.Sprintf(
			`{"patient":%q,"doctor":%q,"starts":%q,"reason":"cough"}`, patient(i%sideBySide).id, doctor(i%sideBySide).id,
			w.instant(i/sideBySide)), 0}
	}
	view := func(i int) request {
		p := patient(i)
		return get(p.account, visitsPath+"/"+p.visits[i/len(w.patients)%len(p.visits)])
	}
	return []operation{
		{name: "view one", target: .85, compared: true, request: view},
		{name: "own list 30, patient", target: .65, compared: true,
			request: func(i int) request { return get(patient(i).account, plain) }},
		{name: "own list 30, patient, with total", target: .60, compared: true,
			request: func(i int) request { return get(patient(i).account, total) }},
		{name: "own list 30, patient, expand doctor", target: .60, compared: true,
			request: func(i int) request { return get(patient(i).account, expanded) }},
		{name: "own list 30, patient, filter", compared: true, target: .65,
			request: func(i int) request { return get(patient(i).account, filtered) }},
		{name: "own list 30, doctor", target: .65, compared: true, logsReads: true,
			request: func(i int) request { return get(doctor(i).account, plain) }},
		{name: "own list 30, doctor, with total", target: .60, compared: true, logsReads: true,
			request: func(i int) request { return get(doctor(i).account, total) }},
		{name: "free slots of 14 days", target: .80, compared: true,
			request: func(i int) request { return get(patient(i).account, "/api/hospital/doctors/"+doctor(i).id+"/slots") }},
		{name: "desk's day, 100 visits, expanded", target: .60, compared: true, logsReads: true,
			request: func(i int) request { return get(desk, day(1+i%5)) }},
		{name: "refresh", target: .60, compared: true, logsReads: true, request: func(i int) request {
			return request{method: "POST", path: "/api/collections/users/auth-refresh", account: patient(i).account}
		}},
		{name: "book", target: .65, compared: true, writes: true, limit: 120 * 32 * sideBySide, request: book},
		{name: "approve", target: .65, compared: true, writes: true, limit: len(w.pending), request: func(i int) request {
			return patch(w.pending[i].account, visitsPath+"/"+w.pending[i].id, `{"status":"approved"}`)
		}},
		{name: "reschedule", target: .60, compared: true, writes: true, limit: len(w.moves), request: func(i int) request {
			m := w.moves[i]
			return patch(m.account, visitsPath+"/"+m.visit, fmt.Sprintf(`{"starts":%q}`, m.starts))
		}},
		{name: "complete with bill", target: .65, compared: true, writes: true, limit: len(w.past),
			request: func(i int) request {
				return patch(w.past[i].account, visitsPath+"/"+w.past[i].id, `{"status":"completed"}`)
			}},
		{name: "verify payment", target: .65, compared: true, writes: true, limit: len(w.payments),
			request: func(i int) request {
				return patch(accountant, paymentsPath+"/"+w.payments[i], `{"status":"verified"}`)
			}},

		{name: "sign-in", lasts: time.Second, request: func(i int) request {
			return request{method: "POST", path: signInPath, body: credentials(patient(i).account)}
		}},
		{name: "own list 30, doctor, filter", logsReads: true,
			request: func(i int) request { return get(doctor(i).account, filtered) }},
		{name: "own list 30, doctor, expand", logsReads: true, request: func(i int) request {
			return get(doctor(i).account, own("skipTotal", "1", "expand", "patient"))
		}},
		{name: "desk's list of everything, with total", logsReads: true, goal: "60 ms at a million",
			request: func(int) request { return get(desk, total) }},
		{name: "history page of a patient", request: func(i int) request {
			return get(patient(i).account, "/api/hospital/patients/"+patient(i).id+"/history")
		}},
		{name: "statistics of a month", lasts: time.Second, goal: "100 ms at a million",
			request: func(int) request { return get(accountant, "/api/hospital/reports/billing?"+month) }},
		{name: csvName, alone: true, goal: "15 µs a line",
			request: func(int) request { return get(accountant, "/api/hospital/reports/bills.csv?"+month) }},
		{name: mixedName, writes: true, limit: 120 * 32 * sideBySide, request: func(i int) request {
			switch i % 5 {
			case 4:
				return book(i / 5)
			case 3:
				return get(patient(i).account, plain)
			}
			return view(i)
		}},
	}
}

const (
	csvName   = "bills of a month as CSV"
	mixedName = "mixed, 80 % reads and 20 % bookings"
)
