package apidocs_test

import (
	"bufio"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
	"hospital/modules/notices"
)

// routeRequests are the requests to operations that are not about records, by operation.
var routeRequests = map[string]func(h *hospitaltest.Hospital){
	"health": func(h *hospitaltest.Hospital) { h.As("guest").Do(http.MethodGet, "/api/health", nil) },
	"ready": func(h *hospitaltest.Hospital) {
		h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
		h.At(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
		h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
	},
	"documentYaml": func(h *hospitaltest.Hospital) { sendWithETag(h, "/api/hospital/openapi.yaml") },
	"listActions": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodGet, "/api/hospital/actions/bills", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/actions/bills", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/actions/none", nil)
	},
	"documentJson": func(h *hospitaltest.Hospital) { sendWithETag(h, "/api/hospital/openapi.json") },
	"listSlotsOfDoctor": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"dr1000000000000/slots", "dr1000000000000/slots?from=tomorrow", "missing/slots"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/"+path, nil)
		}
		h.As("guest").Do(http.MethodGet, "/api/hospital/doctors/dr1000000000000/slots", nil)
	},
	"listSlots": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodGet, "/api/hospital/slots", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?limit=0", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/slots", nil)
	},
	"verifyAudit": func(h *hospitaltest.Hospital) {
		for _, account := range []string{"guest", "patient1", "admin1"} {
			h.As(account).Do(http.MethodGet, "/api/hospital/audit/verify", nil)
		}
	},
	"statementOfPatient": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"pat100000000000/statement", "pat100000000000/statement?from=tomorrow",
			"missing/statement"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/patients/"+path, nil)
		}
		h.As("doctor1").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/statement", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/statement", nil)
	},
	"dayClose": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/reports/day-close?date=tomorrow", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
	},
	"billPdf": func(h *hospitaltest.Hospital) { sendPrint(h, "/api/hospital/bills/%s/pdf", "bill1") },
	"billCsv": func(h *hospitaltest.Hospital) { sendPrint(h, "/api/hospital/bills/%s/csv", "bill1") },
	"paymentReceipt": func(h *hospitaltest.Hospital) {
		sendPrint(h, "/api/hospital/payments/%s/receipt", "paid1")
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "verified"})
		sendPrint(h, "/api/hospital/payments/%s/receipt", "paid1")
	},
	"exportBills":            sendExport("bills.csv"),
	"exportBillsXlsx":        sendExport("bills.xlsx"),
	"exportPayments":         sendExport("payments.csv"),
	"exportPaymentsXlsx":     sendExport("payments.xlsx"),
	"exportAppointments":     sendExport("appointments.csv"),
	"exportAppointmentsXlsx": sendExport("appointments.xlsx"),
	"exportPatients":         sendExport("patients.csv"),
	"exportPatientsXlsx":     sendExport("patients.xlsx"),
	"exportPrices":           sendExport("prices.csv"),
	"exportPricesXlsx":       sendExport("prices.xlsx"),
	"exportAudit":            sendExport("audit.csv"),
	"exportAuditXlsx":        sendExport("audit.xlsx"),
	"setupChecklist": func(h *hospitaltest.Hospital) {
		for _, account := range []string{"admin1", "patient1", "guest"} {
			h.As(account).Do(http.MethodGet, "/api/hospital/setup", nil)
		}
	},
	"exportRecord": func(h *hospitaltest.Hospital) {
		for _, account := range []string{"patient1", "patient2", "guest", "receptionist1"} {
			h.As(account).Do(http.MethodGet, "/api/hospital/patients/pat100000000000/export", nil)
		}
	},
	"statistics": func(h *hospitaltest.Hospital) {
		const path = "/api/hospital/reports/statistics"
		for _, account := range []string{"admin1", "patient1", "guest"} {
			h.As(account).Do(http.MethodGet, path+"?by=day", nil)
		}
		h.As("admin1").Do(http.MethodGet, path+"?from=tomorrow", nil)
	},
	"billingStatistics": func(h *hospitaltest.Hospital) { sendReport(h, "/api/hospital/reports/billing") },
	"patientHistory": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"pat100000000000/history", "pat100000000000/history?from=tomorrow",
			"pat200000000000/history"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/patients/"+path, nil)
		}
		h.As("guest").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/history", nil)
	},
	"createDocument": func(h *hospitaltest.Hospital) {
		file := func(as, patient string, more hospitaltest.Body) {
			sent := hospitaltest.Body{"patient": hospitaltest.ID(patient), "kind": "other", "title": "Letter",
				"file": hospitaltest.File{Name: "letter.txt", Content: []byte("Dear colleague")}}
			maps.Copy(sent, more)
			h.As(as).Create("documents", sent)
		}
		file("patient1", "pat1", nil)
		file("patient1", "pat2", nil)
		file("guest", "pat1", nil)
		file("receptionist1", "pat1", nil)
		file("nurse1", "twin1", nil)
		file("nurse1", "pat1", hospitaltest.Body{"file": hospitaltest.File{Name: "huge.txt",
			Content: []byte(strings.Repeat("x", 22<<20))}})
	},
	"renewWebhookSecret": sendToAdmins("/api/hospital/webhooks/%s/secret", "webhook1"),
	"testWebhook":        sendToAdmins("/api/hospital/webhooks/%s/test", "webhook1"),
	"replayDelivery": func(h *hospitaltest.Hospital) {
		replay := sendToAdmins("/api/hospital/webhook-deliveries/%s/replay", "delivery1")
		replay(h) // refused: the webhook is off
		h.As("admin1").Update("webhooks", hospitaltest.ID("webhook1"), hospitaltest.Body{"active": true})
		replay(h)
	},
	"showCalendarFeed":   sendToOwners(http.MethodGet),
	"renewCalendarFeed":  sendToOwners(http.MethodPost),
	"revokeCalendarFeed": sendToOwners(http.MethodDelete),
	"readCalendarFeed": func(h *hospitaltest.Hospital) {
		url := h.As("patient1").Do(http.MethodPost, "/api/hospital/calendar", nil).String("url")
		_, path, _ := strings.Cut(url, "/api/")
		path = "/api/" + path
		tag := h.As("guest").Do(http.MethodGet, path, nil).Header.Get("ETag")
		h.As("guest").With("If-None-Match", tag).Do(http.MethodGet, path, nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/calendar/unknown.ics", nil)
	},
	"unsubscribe": func(h *hospitaltest.Hospital) {
		token, err := notices.UnsubscribeToken(h.App, hospitaltest.ID("patient1"), "", notices.Reminder)
		if err != nil {
			h.T.Fatal(err)
		}
		for _, sent := range []string{token, "unknown"} {
			h.As("guest").Do(http.MethodPost, "/api/hospital/unsubscribe?token="+sent, nil)
		}
	},
	"openUnsubscribePage": func(h *hospitaltest.Hospital) {
		server.SetRate(h.App, 1)
		for status := http.StatusSeeOther; status == http.StatusSeeOther; {
			status = h.As("guest").Do(http.MethodGet, "/api/hospital/unsubscribe?token=unknown", nil).Status
		}
	},
	"fileToken": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodPost, "/api/files/token", nil)
		h.As("guest").Do(http.MethodPost, "/api/files/token", nil)
	},
	"downloadFile": func(h *hospitaltest.Hospital) {
		token := h.As("patient1").Do(http.MethodPost, "/api/files/token", nil).String("token")
		path := "/api/files/documents/" + hospitaltest.ID("shown1") + "/" + h.Record("documents",
			hospitaltest.ID("shown1")).GetString("file")
		h.As("guest").Do(http.MethodGet, path+"?token="+token, nil)
		h.As("patient1").Do(http.MethodGet, path, nil)
	},
	"openStream": func(*hospitaltest.Hospital) {}, // does not end; the realtime tests read it
	"batch": func(h *hospitaltest.Hospital) {
		one := []any{hospitaltest.Body{"method": "PATCH",
			"url": "/api/collections/patients/records/" + hospitaltest.ID("pat1"), "body": hospitaltest.Body{"phone": "+49 30 1"}}}
		h.As("patient1").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		h.As("patient2").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		h.As("patient2").Do(http.MethodPost, "/api/batch", tooLarge(22))
		h.As("guest").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		server.SetBodyMemory(h.App, 1) // none for a large body
		h.As("patient2").Do(http.MethodPost, "/api/batch", tooLarge(1))
	},
	"subscribe": func(h *hospitaltest.Hospital) {
		server := httptest.NewServer(h.Handler)
		h.T.Cleanup(server.Close)
		client := openStream(h, server)
		subscribe := func(as hospitaltest.Client, id, topic string) {
			as.Do(http.MethodPost, "/api/realtime", hospitaltest.Body{"clientId": id, "subscriptions": []string{topic}})
		}
		subscribe(h.As("patient1"), client, "appointments/*")
		subscribe(h.As("patient1"), client, `appointments/*?options={"query":{"filter":"staff_note != ''"}}`)
		subscribe(h.As("patient2"), client, "appointments/*") // the stream of another account
		subscribe(h.As("patient1"), "missing", "appointments/*")
		for range 8 { // and the first one
			subscribe(h.As("patient1"), openStream(h, server), "appointments/*")
		}
	},
}

// openStream opens a realtime stream until the test ends, and returns its client id.
func openStream(h *hospitaltest.Hospital, server *httptest.Server) string {
	request, err := http.NewRequestWithContext(h.T.Context(), http.MethodGet, server.URL+"/api/realtime", nil)
	if err != nil {
		h.T.Fatal(err)
	}
	stream, err := server.Client().Do(request)
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { _ = stream.Body.Close() })
	hello, err := bufio.NewReader(stream.Body).ReadString('\n')
	client := strings.TrimSpace(strings.TrimPrefix(hello, "id:"))
	if err != nil || client == "" {
		h.T.Fatalf("the stream begins with %q (%v)", hello, err)
	}
	return client
}

// sendPrint requests a printed record as its patient, as another patient, and as a guest.
func sendPrint(h *hospitaltest.Hospital, path, name string) {
	for _, account := range []string{"patient1", "patient2", "guest"} {
		h.As(account).Do(http.MethodGet, fmt.Sprintf(path, actual(h, hospitaltest.ID(name))), nil)
	}
}

// sendExport requests an export as an admin, with an unknown column, as a patient, and as a guest.
func sendExport(file string) func(h *hospitaltest.Hospital) {
	return func(h *hospitaltest.Hospital) {
		path := "/api/hospital/reports/" + file
		for _, account := range []string{"admin1", "patient1", "guest"} {
			h.As(account).Do(http.MethodGet, path, nil)
		}
		h.As("admin1").Do(http.MethodGet, path+"?fields=none", nil)
	}
}

// sendReport requests a report as an accountant, with an invalid day, as a patient, and as a guest.
func sendReport(h *hospitaltest.Hospital, path string) {
	h.As("accountant1").Do(http.MethodGet, path, nil)
	h.As("accountant1").Do(http.MethodGet, path+"?from=tomorrow", nil)
	h.As("patient1").Do(http.MethodGet, path, nil)
	h.As("guest").Do(http.MethodGet, path, nil)
}

// sendWithETag requests a document, and again with its ETag.
func sendWithETag(h *hospitaltest.Hospital, path string) {
	first := get(h, path, "")
	h.As("guest").Do(http.MethodGet, path, nil)
	h.As("guest").With("If-None-Match", first.Header().Get("ETag")).Do(http.MethodGet, path, nil)
}

// sendToOwners calls the route of the caller's calendar as who has one, and as others.
func sendToOwners(method string) func(h *hospitaltest.Hospital) {
	return func(h *hospitaltest.Hospital) {
		for _, account := range []string{"patient1", "admin1", "guest"} {
			h.As(account).Do(method, "/api/hospital/calendar", nil)
		}
	}
}

// sendToAdmins calls a route of webhooks as an admin and as others.
func sendToAdmins(path, id string) func(h *hospitaltest.Hospital) {
	return func(h *hospitaltest.Hospital) {
		for _, account := range []string{"admin1", "doctor1", "guest"} {
			h.As(account).Do(http.MethodPost, fmt.Sprintf(path, hospitaltest.ID(id)), nil)
		}
		h.As("admin1").Do(http.MethodPost, fmt.Sprintf(path, "missing"), nil)
	}
}

// activeWebhook adds a webhook and returns its id.
func activeWebhook(h *hospitaltest.Hospital) string {
	return h.As("admin1").Create("webhooks", hospitaltest.Body{"name": "Gateway", "url": "https://gateway.example/hook",
		"events": []string{"*"}, "active": true}).ID()
}
