package patients

import (
	"strings"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// mostCandidates is how many records a refusal names.
const mostCandidates = 10

// distinct refuses staff a second record of somebody who has one, unless they say
// that it is somebody else. People who register themselves are never told that
// anybody exists.
func distinct(tx core.App, r *core.Record) error {
	switch kit.ActorOf(r).Role {
	case role.Nurse, role.Receptionist, role.Admin:
	default:
		r.Set("confirmed_distinct", false)
		return nil
	}
	if r.GetBool("confirmed_distinct") {
		return nil
	}
	found, err := alike(tx, r)
	if err != nil || len(found) == 0 {
		return err
	}
	candidates := make([]map[string]any, 0, len(found))
	for _, p := range found {
		candidates = append(candidates, map[string]any{"id": p.Id, "mrn": p.GetString("mrn"), "name": p.GetString("name"), "birth_date": p.GetString("birth_date")})
	}
	return kit.WithParams(kit.Conflict("confirmed_distinct", "duplicate", "Somebody like this has a record already. Use that one, or confirm that this is somebody else."),
		map[string]any{"candidates": candidates})
}

// alike are the records with the same national id, or with the same name, birth
// date and phone, however they are written.
func alike(tx core.App, r *core.Record) (found []*core.Record, err error) {
	id, key, born, phone := strings.TrimSpace(r.GetString("national_id")), NameKey(r.GetString("name")), r.GetString("birth_date"), digits(r.GetString("phone"))
	if id != "" {
		err := tx.RecordQuery("patients").AndWhere(dbx.HashExp{"national_id": id, "merged_into": ""}).OrderBy("created").Limit(mostCandidates).All(&found)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	if born == "" || phone == "" {
		return nil, nil
	}
	var namesakes []*core.Record
	if err := tx.RecordQuery("patients").AndWhere(dbx.HashExp{"name_key": key, "birth_date": born, "merged_into": ""}).OrderBy("created").Limit(100).All(&namesakes); err != nil {
		return nil, err
	}
	for _, n := range namesakes {
		if digits(n.GetString("phone")) == phone && len(found) < mostCandidates {
			found = append(found, n)
		}
	}
	return found, nil
}

// digits are what is dialled.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
