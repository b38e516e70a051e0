package apidocs_test

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/hospitaltest"
	"hospital/modules/accounts"
)

// users posts to an endpoint of the accounts.
func users(client hospitaltest.Client, endpoint string, b any) hospitaltest.Response {
	return client.Do(http.MethodPost, "/api/collections/users/"+endpoint, b)
}

// startMFA signs in with a password where a code must follow.
func startMFA(h *hospitaltest.Hospital, identity string) (mfaID string) {
	h.App.Settings().SMTP.Enabled = true
	h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"staff_mfa": true}).OK(h.T)
	return users(h.As("guest"), "auth-with-password",
		hospitaltest.Body{"identity": identity, "password": hospitaltest.Password}).String("mfaId")
}

// accountRequests are the requests to operations about accounts, by operation.
var accountRequests = map[string]func(h *hospitaltest.Hospital){
	"listAuthMethods": func(h *hospitaltest.Hospital) {
		h.As("guest").Do(http.MethodGet, "/api/collections/users/auth-methods", nil)
	},
	"signIn": func(h *hospitaltest.Hospital) {
		for _, credentials := range []hospitaltest.Body{{"identity": "patient1@example.org",
			"password": hospitaltest.Password}, {"identity": "patient1@example.org", "password": "wrong-password"},
			{"identity": "retired@example.org", "password": hospitaltest.Password}} {
			users(h.As("guest"), "auth-with-password", credentials)
		}
		for range 6 {
			users(h.As("guest"), "auth-with-password", hospitaltest.Body{"identity": "nurse1@example.org",
				"password": "wrong-password"})
		}
		startMFA(h, "nurse2@example.org")
	},
	"requestCode": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-otp", hospitaltest.Body{"email": "nurse1@example.org"})
		users(h.As("guest"), "request-otp", hospitaltest.Body{"email": "no address"})
		exceedLimit(h, "/api/collections/users/request-otp")
	},
	"signInWithCode": func(h *hospitaltest.Hospital) {
		sent := hospitaltest.Body{"mfaId": startMFA(h, "nurse1@example.org"), "otpId": hospitaltest.ID("code"),
			"password": "12345678"}
		nurse := h.Record("users", hospitaltest.ID("nurse1"))
		for _, status := range []string{"active", "suspended"} {
			code := core.NewOTP(h.App)
			code.Id = hospitaltest.ID("code")
			code.SetCollectionRef(nurse.Collection().Id)
			code.SetRecordRef(nurse.Id)
			code.SetPassword("12345678")
			if err := h.App.Save(code); err != nil {
				h.T.Fatal(err)
			}
			if status == "suspended" {
				sent["mfaId"] = startMFA(h, "nurse1@example.org")
				if err := h.SQL("UPDATE users SET status = 'suspended' WHERE id = '" + nurse.Id + "'"); err != nil {
					h.T.Fatal(err)
				}
			}
			users(h.As("guest"), "auth-with-otp", sent)
		}
		code := core.NewOTP(h.App)
		code.Id = hospitaltest.ID("other")
		code.SetCollectionRef(nurse.Collection().Id)
		code.SetRecordRef(nurse.Id)
		code.SetPassword("12345678")
		if err := h.App.Save(code); err != nil {
			h.T.Fatal(err)
		}
		for range 6 {
			users(h.As("guest"), "auth-with-otp", hospitaltest.Body{"mfaId": "none", "otpId": code.Id, "password": "87654321"})
		}
	},
	"acceptInvitation": func(h *hospitaltest.Hospital) {
		secret, err := accounts.IssueToken(h.App, h.Record("invitations", hospitaltest.ID("invited1")))
		if err != nil {
			h.T.Fatal(err)
		}
		for range 2 {
			h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept",
				hospitaltest.Body{"token": secret, "name": "Noor", "password": "seven-wild-geese"})
		}
		h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept", tooLarge(1))
		exceedLimit(h, "/api/hospital/invitations/accept")
	},
	"linkOfInvitation": func(h *hospitaltest.Hospital) {
		path := "/api/hospital/invitations/" + hospitaltest.ID("invited1") + "/link"
		for _, account := range []string{"guest", "nurse1", "admin1"} {
			h.As(account).Do(http.MethodPost, path, nil)
		}
		h.As("admin1").Update("invitations", hospitaltest.ID("invited1"), hospitaltest.Body{"status": "revoked"})
		h.As("admin1").Do(http.MethodPost, path, nil)
	},
	"confirmRegistrationByHand": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"confirm_email": true}).OK(h.T)
		register := func(email string) string {
			asked := h.As("guest").Create("users", hospitaltest.Body{"email": email, "name": "Zoe",
				"password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password}).OK(h.T)
			return "/api/hospital/registrations/" + asked.ID() + "/confirm"
		}
		path, taken := register("zoe@example.org"), register("patient1@example.org")
		for _, account := range []string{"guest", "nurse1", "admin1"} {
			h.As(account).Do(http.MethodPost, path, nil)
		}
		h.As("admin1").Do(http.MethodPost, taken, nil)
		late := register("zoe2@example.org")
		h.At(time.Now().Add(25 * time.Hour))
		h.As("admin1").Do(http.MethodPost, late, nil)
	},
	"linkRecord": func(h *hospitaltest.Hospital) {
		const path = "/api/hospital/patients/link"
		issued := h.As("receptionist1").Create("link_codes", hospitaltest.Body{"patient": hospitaltest.ID("walkin")}).OK(h.T)
		for _, account := range []string{"guest", "doctor1", "patient1", "patient1"} {
			h.As(account).Do(http.MethodPost, path, hospitaltest.Body{"code": issued.String("code")})
		}
		h.As("patient1").Do(http.MethodPost, path, tooLarge(1))
		for range 6 {
			h.As("patient2").Do(http.MethodPost, path, hospitaltest.Body{"code": "AAAA-AAAA-AAAA"})
		}
	},
	"confirmRegistration": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"confirm_email": true}).OK(h.T)
		asked := h.As("guest").Create("users", hospitaltest.Body{"email": "zoe@example.org",
			"password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password, "name": "Zoe"}).OK(h.T)
		secret, err := accounts.IssueToken(h.App, h.Record("registrations", asked.ID()))
		if err != nil {
			h.T.Fatal(err)
		}
		for range 2 {
			h.As("guest").Do(http.MethodPost, "/api/hospital/registrations/confirm",
				hospitaltest.Body{"token": secret, "password": hospitaltest.Password})
		}
		h.As("guest").Do(http.MethodPost, "/api/hospital/registrations/confirm", tooLarge(1))
		exceedLimit(h, "/api/hospital/registrations/confirm")
	},
	"listSessions": func(h *hospitaltest.Hospital) {
		list := func(client hospitaltest.Client, query string) {
			client.Do(http.MethodGet, "/api/hospital/sessions"+query, nil)
		}
		list(h.As("patient1"), "")
		list(h.As("patient1"), "?user="+hospitaltest.ID("nurse1"))
		list(h.As("admin1"), "?user=none")
		list(h.As("guest"), "")
		list(h.Operator().CheckContract(), "")
	},
	"endSessions": func(h *hospitaltest.Hospital) {
		end := func(client hospitaltest.Client, sent any) hospitaltest.Response {
			return client.Do(http.MethodPost, "/api/hospital/sessions/end", sent)
		}
		token := end(h.As("nurse1"), hospitaltest.Body{"all": true}).OK(h.T).String("token")
		for range 101 {
			signedIn := users(h.As("guest"), "auth-with-password",
				hospitaltest.Body{"identity": "nurse1@example.org", "password": hospitaltest.Password}).OK(h.T).String("token")
			claims, err := security.ParseUnverifiedJWT(signedIn)
			if err != nil {
				h.T.Fatal(err)
			}
			end(h.WithToken(token), hospitaltest.Body{"session": claims["sid"]})
		}
		end(h.WithToken(token), hospitaltest.Body{"session": "none"})
		end(h.WithToken(token), hospitaltest.Body{})
		end(h.WithToken(token), hospitaltest.Body{"user": hospitaltest.ID("nurse2"), "all": true})
		end(h.As("guest"), hospitaltest.Body{"all": true})
		end(h.As("patient1"), tooLarge(1))
	},
	"refresh": func(h *hospitaltest.Hospital) {
		users(h.As("patient1"), "auth-refresh", nil)
		users(h.As("guest"), "auth-refresh", nil)
		users(h.Operator().CheckContract(), "auth-refresh", nil)
	},
	"requestPasswordReset": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-password-reset", hospitaltest.Body{"email": "patient1@example.org"})
		users(h.As("guest"), "request-password-reset", hospitaltest.Body{"email": "no address"})
		exceedLimit(h, "/api/collections/users/request-password-reset")
	},
	"confirmPasswordReset": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewPasswordResetToken()
		for range 2 {
			users(h.As("guest"), "confirm-password-reset", hospitaltest.Body{"token": token, "password": "another-password",
				"passwordConfirm": "another-password"})
		}
	},
	"requestVerification": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-verification", hospitaltest.Body{"email": "patient1@example.org"})
		users(h.As("guest"), "request-verification", hospitaltest.Body{"email": "no address"})
		exceedLimit(h, "/api/collections/users/request-verification")
	},
	"confirmVerification": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewVerificationToken()
		users(h.As("guest"), "confirm-verification", hospitaltest.Body{"token": token})
		users(h.As("guest"), "confirm-verification", hospitaltest.Body{"token": "forged"})
	},
	"requestEmailChange": func(h *hospitaltest.Hospital) {
		users(h.As("patient1"), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
		users(h.As("patient1"), "request-email-change", hospitaltest.Body{"newEmail": "no address"})
		users(h.As("guest"), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
		users(h.Operator().CheckContract(), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
	},
	"confirmEmailChange": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewEmailChangeToken("moved@example.org")
		for range 2 {
			users(h.As("guest"), "confirm-email-change", hospitaltest.Body{"token": token, "password": hospitaltest.Password})
		}
	},
}
