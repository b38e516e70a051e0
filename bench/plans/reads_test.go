package plans_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"hospital/internal/hospitaltest"
)

// BenchmarkReads sends reads one after another, without a network:
// go test ./bench/plans -bench Reads -run '^$' -benchmem
func BenchmarkReads(b *testing.B) {
	h := filled(b, 40_000)
	for _, read := range []struct{ name, account, path string }{
		{"view/patient", patient, "/" + firstVisit(h, patient)},
		{"list/patient", patient, "?perPage=30&sort=-starts&skipTotal=1"},
		{"list-total/patient", patient, "?perPage=30&sort=-starts"},
		{"list-filter/patient", patient, "?perPage=30&sort=-starts&skipTotal=1&" + hospitaltest.Filter(`status="approved"`)},
		{"list/doctor", doctor, "?perPage=30&sort=-starts&skipTotal=1"},
		{"list-total/doctor", doctor, "?perPage=30&sort=-starts"},
		{"list-expand/doctor", doctor, "?perPage=30&sort=-starts&skipTotal=1&expand=patient"},
		{"list-total/desk", hospitaltest.ID("receptionist1"), "?perPage=30&sort=-starts"},
		{"view/desk", hospitaltest.ID("receptionist1"), "/" + id("ap", 7*perDoctor)},
	} {
		token, err := h.Record("users", read.account).NewAuthToken()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(read.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodGet, "/api/collections/appointments/records"+read.path, nil)
				request.Header.Set("Authorization", token)
				answer := httptest.NewRecorder()
				h.Handler.ServeHTTP(answer, request)
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Code, answer.Body)
				}
			}
		})
	}
}

func firstVisit(h *hospitaltest.Hospital, account string) (id string) {
	h.T.Helper()
	err := h.App.DB().NewQuery("SELECT a.id FROM appointments a JOIN patients p ON p.id = a.patient " +
		"WHERE p.user = {:user} LIMIT 1").Bind(map[string]any{"user": account}).Row(&id)
	if err != nil {
		h.T.Fatal(err)
	}
	return id
}
