package staff

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/accounts"
)

// Member is a record of doctors or nurses. The two collections have these fields in common.
type Member struct{ *core.Record }

// User is the id of their account.
func (m Member) User() string { return m.GetString("user") }

// Name is their name, as patients see it and as it is printed on bills and prescriptions.
func (m Member) Name() string { return m.GetString("name") }

// Active is false once they have left.
func (m Member) Active() bool { return m.GetBool("active") }

func (m Member) setActive(active bool) { m.Set("active", active) }

func (m Member) setPhone(phone string) { m.Set("phone", phone) }

// Activate says whether they work here.
func (m Member) Activate(yes bool) { m.setActive(yes) }

func (m Member) setUser(id string) { m.Set("user", id) }

// setAccount makes it the record of an account.
func (m Member) setAccount(user accounts.User) {
	m.Set("user", user.Id)
	m.Set("name", user.Name())
}

// setInvitation takes over what an admin wrote into the invitation.
func (m Member) setInvitation(i accounts.Invitation) {
	m.Set("department", i.Department())
	m.Set("license_no", i.LicenseNo())
}

// Doctor is a record of doctors: a member of staff whom patients visit.
type Doctor struct{ Member }

// DoctorOf is a record of doctors.
func DoctorOf(r *core.Record) Doctor { return Doctor{Member{r}} }

// AcceptsOnline says that patients may book visits themselves.
func (d Doctor) AcceptsOnline() bool { return d.GetBool("accepts_online") }

// Specialization is the field of medicine, in words.
func (d Doctor) Specialization() string { return d.GetString("specialization") }

// FindDoctor reads a doctor.
func FindDoctor(tx core.App, id string) (Doctor, error) {
	r, err := tx.FindRecordById("doctors", id)
	return Doctor{Member{r}}, err
}

// FindDoctorByAccount reads the doctor with an account.
func FindDoctorByAccount(tx core.App, user string) (Doctor, error) {
	r, err := tx.FindFirstRecordByData("doctors", "user", user)
	return Doctor{Member{r}}, err
}

// Consultation is the id of the service that a visit is billed as; empty if there is none.
func (d Doctor) Consultation() string { return d.GetString("consultation") }

// FollowUp is the id of the service of a follow-up visit; empty if it has no own price.
func (d Doctor) FollowUp() string { return d.GetString("follow_up") }

// FollowUpDays is for how many days after a visit the follow-up service applies.
func (d Doctor) FollowUpDays() int { return d.GetInt("follow_up_days") }

func (d Doctor) setSpecialization(text string) { d.Set("specialization", text) }

func (d Doctor) setAcceptsOnline(yes bool) { d.Set("accepts_online", yes) }

// registered are the fields that a doctor who registers may fill in.
var registered = []string{"department", "specialization", "license_no", "qualifications", "bio"}

// collectionOf is where the staff of a role have a record.
var collectionOf = map[kit.Role]string{role.Doctor: "doctors", role.Nurse: "nurses"}

// memberOf is the record of an account; false when it has none.
func memberOf(tx core.App, collection, user string) (Member, bool, error) {
	found, err := tx.FindFirstRecordByData(collection, "user", user)
	if errors.Is(err, sql.ErrNoRows) {
		return Member{}, false, nil
	}
	return Member{found}, err == nil, err
}
