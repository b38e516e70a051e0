package statistics

// clinicalFacts are about what was found and prescribed:
//
//   - Diagnoses: conditions that were recorded in the period, by ICD-10 code; without one, by the doctor's words. Those
//     that were entered in error or refuted do not count.
//   - Drugs: drugs of the prescriptions that were issued in the period, by name. Cancelled and replaced ones count, too:
//     they were prescribed.
type clinicalFacts struct {
	Diagnoses counts `json:"diagnoses,omitempty"`
	Drugs     counts `json:"drugs,omitempty"`
}

func (f *clinicalFacts) add(other clinicalFacts) {
	f.Diagnoses.add(other.Diagnoses)
	f.Drugs.add(other.Drugs)
}

// smallGroup is how many people a group needs to be shown to who is not clinical: a smaller one may name a person.
const smallGroup = 5

func (s scope) countClinical(p span) (f clinicalFacts, err error) {
	join := ""
	if !s.all() {
		join = " JOIN encounters e ON e.id = c.encounter"
	}
	if f.Diagnoses, err = s.named(p, `SELECT CASE c.code WHEN '' THEN c.text ELSE c.code END AS name, COUNT(*) AS n
		FROM conditions c`+join+` WHERE c.created >= {:from} AND c.created < {:to} AND c.state != 'entered_in_error'
		AND c.certainty != 'refuted'`+s.ofDoctors("e.doctor")+` GROUP BY name`); err != nil {
		return f, err
	}
	f.Drugs, err = s.named(p, `SELECT i.drug AS name, COUNT(*) AS n
		FROM prescriptions p CROSS JOIN prescription_items i ON i.prescription = p.id
		WHERE p.issued_at != '' AND p.issued_at >= {:from} AND p.issued_at < {:to} AND NOT i.removed`+
		s.ofDoctors("p.doctor")+` GROUP BY i.drug`)
	return f, err
}

func (s scope) named(p span, sql string) (c counts, err error) {
	var rows []struct {
		Name string
		N    int64
	}
	err = s.app.DB().NewQuery(sql).Bind(s.params(p)).All(&rows)
	for _, r := range rows {
		c.count(r.Name, r.N)
	}
	return c, err
}
