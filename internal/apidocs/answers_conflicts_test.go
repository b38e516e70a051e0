package apidocs_test

import (
	"net/http"

	"hospital/internal/hospitaltest"
)

// conflictRequests are requests that answer 409, by operation.
var conflictRequests = map[string]func(h *hospitaltest.Hospital){
	"updateNoticePreference": func(h *hospitaltest.Hospital) {
		h.As("patient1").Update("notice_preferences", hospitaltest.ID("papref1"), hospitaltest.Body{"kind": "reminder"})
	},
	"createAppointment": func(h *hospitaltest.Hospital) {
		booked := h.Record("appointments", hospitaltest.ID("booked1"))
		h.At(booked.GetDateTime("starts").Time().AddDate(0, 0, -1))
		h.As("patient2").Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat2"),
			"doctor": hospitaltest.ID("dr1"), "starts": booked.GetString("starts")})
	},
	"updateAppointment": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("appointments", hospitaltest.ID("done1"), hospitaltest.Body{"status": "approved"})
	},
	"createSchedule": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("schedules", hospitaltest.Body{"doctor": hospitaltest.ID("dr1"), "weekday": 1,
			"start_time": "09:00", "end_time": "10:00", "slot_minutes": 30, "capacity": 1})
	},
	"updateSchedule": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("schedules", hospitaltest.ID("hours1d1"), hospitaltest.Body{"weekday": 2})
	},
	"createRebooking": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("time_off", hospitaltest.ID("sick1"), hospitaltest.Body{"active": false})
		h.As("receptionist1").Create("rebookings", hospitaltest.Body{"time_off": hospitaltest.ID("sick1")})
	},
	"updateRebooking": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"),
			hospitaltest.Body{"time_off": hospitaltest.ID("away1")})
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"), hospitaltest.Body{"status": "withdrawn"})
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"), hospitaltest.Body{"status": "applied"})
	},
	"updateRebookingItem": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook1"), hospitaltest.Body{"status": "withdrawn"})
		h.As("receptionist1").Update("rebooking_items", actual(h, hospitaltest.ID("item1")),
			hospitaltest.Body{"outcome": "cancel"})
	},
	"createCharge": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("charges", hospitaltest.Body{"appointment": hospitaltest.ID("done1"),
			"service": hospitaltest.ID("ecg"), "quantity": 1})
	},
	"updateCharge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("appointments", hospitaltest.ID("moved1"), hospitaltest.Body{"status": "cancelled"})
		h.As("nurse1").Update("charges", hospitaltest.ID("charge1"), hospitaltest.Body{"quantity": 9})
	},
	"createLinkCode": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("link_codes", hospitaltest.Body{"patient": hospitaltest.ID("pat1")})
	},
	"createWebhook": func(h *hospitaltest.Hospital) {
		for range 21 {
			activeWebhook(h)
		}
	},
	"updateWebhook": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("webhooks", hospitaltest.ID("webhook1"), hospitaltest.Body{"active": false})
		for range 20 {
			activeWebhook(h)
		}
		h.As("admin1").Update("webhooks", hospitaltest.ID("webhook1"), hospitaltest.Body{"active": true})
	},
	"createBill": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("bills", hospitaltest.Body{"kind": "credit_note", "original": hospitaltest.ID("draft1"),
			"reason": "a mistake"})
	},
	"updateBill": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("bills", hospitaltest.ID("sale1"), hospitaltest.Body{"status": "unpaid"})
	},
	"createBillItem": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("bill_items", hospitaltest.Body{"bill": hospitaltest.ID("sale1"), "description": "x",
			"quantity": 1})
	},
	"updateBillItem": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("bill_items", hospitaltest.ID("splint1"), hospitaltest.Body{"quantity": 9})
	},
	"createDiscount": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("discounts", hospitaltest.Body{"bill": hospitaltest.ID("sale1"), "bp": 1,
			"reason": "again"})
	},
	"updateDiscount": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "approved"})
		h.As("accountant1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "rejected"})
		h.As("admin1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "approved"})
	},
	"createThread": func(h *hospitaltest.Hospital) {
		h.As("patient1").Create("threads", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
			"doctor": hospitaltest.ID("dr2"), "subject": "Question"})
		h.As("patient1").Create("threads", hospitaltest.Body{"patient": hospitaltest.ID("twin1"),
			"doctor": hospitaltest.ID("dr1"), "subject": "Question"})
	},
	"updateThread": func(h *hospitaltest.Hospital) {
		h.As("patient1").Update("threads", hospitaltest.ID("thread1"), hospitaltest.Body{"subject": "Other"})
	},
	"createMessage": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("messages", hospitaltest.Body{"thread": hospitaltest.ID("thread1"), "text": "Look",
			"document": hospitaltest.ID("kept1")})
	},
	"updateMessage": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("messages", hospitaltest.ID("hello1"), hospitaltest.Body{"seen": true})
		h.As("doctor1").Update("messages", hospitaltest.ID("hello1"), hospitaltest.Body{"seen": false})
	},
	"createPatient": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("patients", hospitaltest.Body{"name": "Another Name", "national_id": "ID1"})
	},
	"updatePatient": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("patients", hospitaltest.ID("twin1"), hospitaltest.Body{"phone": "9"})
	},
	"createBreakGlass": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("break_glass", hospitaltest.Body{"patient": hospitaltest.ID("twin1"),
			"reason": "found unconscious in the yard"})
	},
	"createPatientMerge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("patient_merges", hospitaltest.Body{"duplicate": hospitaltest.ID("twin1"),
			"survivor": hospitaltest.ID("pat2"), "reason": "again"})
	},
	"updatePatientMerge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"reason": "other"})
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"status": "undone"})
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"status": "merged"})
	},
	"createEncounter": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("encounters", hospitaltest.Body{"appointment": hospitaltest.ID("asked1")})
	},
	"updateEncounter": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("encounters", hospitaltest.ID("notes1"), hospitaltest.Body{"notes": "other"})
	},
	"createVitals": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("vitals", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "pulse": 70,
			"corrects": hospitaltest.ID("wrong1")})
	},
	"updateVitals": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Update("vitals", hospitaltest.ID("wrong1"), hospitaltest.Body{"state": "final"})
	},
	"createCondition": func(h *hospitaltest.Hospital) {
		h.As("admin1").Create("care_team", hospitaltest.Body{"patient": hospitaltest.ID("twin1"),
			"user": hospitaltest.ID("doctor1"), "starts": "2020-01-01 00:00:00.000Z", "ends": "2099-01-01 00:00:00.000Z"})
		h.As("doctor1").Create("conditions", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "text": "Cough"})
	},
	"updateCondition": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("conditions", hospitaltest.ID("condition1"), hospitaltest.Body{"text": "Cough", "version": 9})
	},
	"createAllergy": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("allergies", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "substance": "Nickel"})
	},
	"updateAllergy": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Update("allergies", hospitaltest.ID("allergy1"), hospitaltest.Body{"reaction": "Cough", "version": 9})
	},
	"updateDocument": func(h *hospitaltest.Hospital) {
		for range 2 {
			h.As("nurse1").Update("documents", hospitaltest.ID("kept1"), hospitaltest.Body{"state": "entered_in_error"})
			h.As("nurse1").Update("documents", hospitaltest.ID("kept1"), hospitaltest.Body{"state": "final"})
		}
		h.As("nurse1").Do(http.MethodPatch, "/api/collections/documents/records/"+hospitaltest.ID("kept1"), tooLarge(22))
	},
	"createPrescription": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("prescriptions", hospitaltest.Body{"appointment": hospitaltest.ID("asked1")})
	},
	"updatePrescription": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("prescriptions", hospitaltest.ID("rx1"), hospitaltest.Body{"notes": "other"})
	},
	"createPrescriptionItem": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("prescription_items", hospitaltest.Body{"prescription": hospitaltest.ID("rx1"),
			"drug": "Zinc"})
	},
	"updatePrescriptionItem": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("prescription_items", hospitaltest.ID("item1"), hospitaltest.Body{"drug": "Zinc"})
		h.As("nurse1").Update("prescription_items", hospitaltest.ID("item1"), hospitaltest.Body{"drug": "Zinc"})
	},
	"createPayment": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("payments",
			hospitaltest.Body{"bill": h.Record("payments", hospitaltest.ID("paid1")).GetString("bill"), "method": "cash",
				"amount_minor": 9_999_999})
	},
	"updatePayment": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "verified"})
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "rejected"})
	},
	"createInvitation": func(h *hospitaltest.Hospital) {
		h.As("admin1").Create("invitations", hospitaltest.Body{"email": "patient1@example.org", "role": "nurse"})
	},
	"updateInvitation": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("invitations", hospitaltest.ID("invited1"), hospitaltest.Body{"email": "other@example.org"})
		h.As("admin1").Update("invitations", hospitaltest.ID("invited1"), hospitaltest.Body{"status": "open"})
	},
	"updateUnusualRead": func(h *hospitaltest.Hospital) {
		review := func(account string) {
			h.As(account).Update("unusual_reads", hospitaltest.ID("odd1"), hospitaltest.Body{"verdict": "unjustified"})
		}
		review("nurse1")
		if err := h.SQL("UPDATE unusual_reads SET reader = '" + hospitaltest.ID("admin1") + "'"); err != nil {
			h.T.Fatal(err)
		}
		review("admin1")
		review("admin2")
	},
	"updateHospital": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"staff_mfa": true})
	},
	"updateUser": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("users", hospitaltest.ID("admin2"), hospitaltest.Body{"status": "suspended"})
		h.As("admin1").Update("users", hospitaltest.ID("admin1"), hospitaltest.Body{"status": "suspended"})
	},
}
