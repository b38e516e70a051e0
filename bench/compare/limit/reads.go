package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"hospital/bench/compare/rival"
)

var (
	visitColumns   = selected("a", "appointments")
	doctorColumns  = selected("d", "doctors")
	patientColumns = selected("p", "patients")
)

// selected are the columns of a table under an alias.
func selected(alias, table string) string {
	return alias + `."` + strings.Join(rival.ColumnsOf(table), `", `+alias+`."`) + `"`
}

func scanVisit(row scanner) (*rival.Visit, error) {
	v := &rival.Visit{Collection: rival.Visits}
	err := row.Scan(&v.ID, &v.Number, &v.Patient, &v.PatientName, &v.Doctor, &v.Starts, &v.Ends, &v.Room, &v.Capacity,
		&v.VisitType, &v.Reason, &v.Status, &v.CancelCode, &v.CancelNote, &v.StaffNote, &v.Overbook,
		&v.RequestedBy, &v.RequestedAt, &v.ApprovedBy, &v.ApprovedAt, &v.CheckedInAt, &v.StartedAt, &v.CompletedAt,
		&v.CancelledBy, &v.CancelledAt, &v.Version, &v.Created, &v.Updated)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rival.ErrNotFound
	}
	return v, err
}

func scanDoctor(row scanner) (*rival.Doctor, error) {
	d := &rival.Doctor{}
	return d, row.Scan(&d.ID, &d.User, &d.Name, &d.Department, &d.Specialization, &d.Qualifications, &d.Bio, &d.Phone,
		&d.Consultation, &d.FollowUp, &d.FollowUpDays, &d.AcceptsOnline, &d.Active, &d.Created, &d.Updated)
}

func scanPatient(row scanner) (*rival.Patient, error) {
	p := &rival.Patient{Collection: rival.Patients}
	return p, row.Scan(&p.ID, &p.User, &p.Mrn, &p.Name, &p.NameKey, &p.BirthDate, &p.Sex, &p.BloodGroup, &p.Phone,
		&p.Email, &p.Language, &p.Address, &p.NationalID, &p.EmergencyName, &p.EmergencyPhone, &p.EmergencyRelation, &p.Interpreter,
		&p.VIP, &p.ConfirmedDistinct, &p.MergedInto, &p.Active, &p.Created, &p.Updated)
}

// scope are the visits that a role may read, as a FROM clause and a condition on the account.
func scope(by rival.Account) (from, where string, args []any) {
	switch by.Role {
	case "patient":
		return "patients o CROSS JOIN appointments a ON a.patient = o.id", `o."user" = ?`, []any{by.ID}
	case "doctor":
		return "doctors o CROSS JOIN appointments a ON a.doctor = o.id", `o."user" = ?`, []any{by.ID}
	}
	return "appointments a", "1", nil
}

func (s *server) view(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	own := map[string]string{
		"patient": ` AND (SELECT p."user" FROM patients p WHERE p.id = a.patient) = ?`,
		"doctor":  ` AND (SELECT d."user" FROM doctors d WHERE d.id = a.doctor) = ?`,
	}[by.Role]
	args := []any{r.PathValue("id")}
	if own != "" {
		args = append(args, by.ID)
	}
	v, err := scanVisit(s.read.row("SELECT "+visitColumns+" FROM appointments a WHERE a.id = ?"+own, args...))
	if err != nil {
		return nil, err
	}
	if by.Role != "patient" {
		s.audit.Push(rival.NewEntry(r, by, "view", "appointments", v.ID, v.Patient, nil))
	}
	return v.For(by.Role), nil
}

func (s *server) list(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	q, err := rival.ParseQuery(r)
	if err != nil {
		return nil, err
	}
	from, where, args := scope(by)
	for _, c := range q.Conditions {
		where += " AND a." + c.Column + " " + c.Operator + " ?"
		args = append(args, c.Value)
	}
	order := "DESC"
	if q.Ascending {
		order = "ASC"
	}
	items := make([]*rival.Visit, 0, q.PerPage)
	err = s.read.rows(func(row scanner) error {
		v, err := scanVisit(row)
		items = append(items, v)
		return err
	}, "SELECT "+visitColumns+" FROM "+from+" WHERE "+where+" ORDER BY a.starts "+order+" LIMIT ?",
		append(args, q.PerPage)...)
	if err != nil {
		return nil, err
	}
	total := -1
	if !q.SkipTotal {
		if err := s.read.row("SELECT COUNT(*) FROM "+from+" WHERE "+where, args...).Scan(&total); err != nil {
			return nil, err
		}
	}
	if err := s.expand(items, q.Expand, by.Role); err != nil {
		return nil, err
	}
	for _, v := range items {
		v.For(by.Role)
	}
	s.audit.PushList(r, by, items)
	return rival.NewPage(items, q.PerPage, total), nil
}

// expand reads the doctors and patients of visits, each kind with one statement.
func (s *server) expand(visits []*rival.Visit, relations []string, role string) error {
	if len(relations) == 0 || len(visits) == 0 {
		return nil
	}
	for _, v := range visits {
		v.Expand = &rival.Expand{}
	}
	if slices.Contains(relations, "doctor") {
		doctors := map[string]*rival.Doctor{}
		err := s.read.rows(func(row scanner) error {
			d, err := scanDoctor(row)
			doctors[d.ID] = d.For(role)
			return err
		}, "SELECT "+doctorColumns+" FROM doctors d WHERE d.id IN (SELECT value FROM json_each(?))",
			ids(visits, func(v *rival.Visit) string { return v.Doctor }))
		if err != nil {
			return err
		}
		for _, v := range visits {
			v.Expand.Doctor = doctors[v.Doctor]
		}
	}
	if slices.Contains(relations, "patient") {
		patients := map[string]*rival.Patient{}
		err := s.read.rows(func(row scanner) error {
			p, err := scanPatient(row)
			patients[p.ID] = p
			return err
		}, "SELECT "+patientColumns+" FROM patients p WHERE p.id IN (SELECT value FROM json_each(?))",
			ids(visits, func(v *rival.Visit) string { return v.Patient }))
		if err != nil {
			return err
		}
		for _, v := range visits {
			v.Expand.Patient = patients[v.Patient]
		}
	}
	return nil
}

// ids is a JSON array of what some visits refer to.
func ids(visits []*rival.Visit, of func(*rival.Visit) string) string {
	list := make([]string, len(visits))
	for i, v := range visits {
		list[i] = of(v)
	}
	text, _ := json.Marshal(list) // strings always encode
	return string(text)
}

func (s *server) slots(r *http.Request) (any, error) {
	if _, err := s.account(r); err != nil {
		return nil, err
	}
	doctor := r.PathValue("id")
	var active, online bool
	err := s.read.row("SELECT active, accepts_online FROM doctors WHERE id = ?", doctor).Scan(&active, &online)
	if err != nil || !active || !online {
		return nil, errors.Join(err, rival.ErrNotFound)
	}
	from, to := rival.SlotWindow(time.Now())
	first, last := rival.FormatInstant(from), rival.FormatInstant(to)
	hours, away, err := agenda(&s.read, doctor, first, last)
	if err != nil {
		return nil, err
	}
	var booked []rival.Interval
	err = s.read.rows(func(row scanner) error {
		var i rival.Interval
		defer func() { booked = append(booked, i) }()
		return row.Scan(&i.Starts, &i.Ends)
	}, `SELECT starts, ends FROM appointments WHERE doctor = ? AND starts < ? AND starts > ? AND ends > ?
		AND status IN ('pending', 'approved')`, doctor, last, rival.LookBack(first), first)
	return rival.Free(doctor, hours, away, booked, from, to), err
}

// reader is a pool or a transaction.
type reader interface {
	rows(each func(scanner) error, query string, args ...any) error
}

// agenda reads the hours of a doctor, and the absences between two instants.
func agenda(from reader, doctor, starts, ends string) (hours []rival.Hours, away []rival.Interval, err error) {
	err = from.rows(func(row scanner) error {
		var h rival.Hours
		defer func() { hours = append(hours, h) }()
		return row.Scan(&h.Weekday, &h.StartTime, &h.EndTime, &h.Room, &h.SlotMinutes, &h.Capacity)
	}, `SELECT weekday, start_time, end_time, room, slot_minutes, capacity FROM schedules
		WHERE doctor = ? AND active`, doctor)
	if err != nil {
		return nil, nil, err
	}
	err = from.rows(func(row scanner) error {
		var i rival.Interval
		defer func() { away = append(away, i) }()
		return row.Scan(&i.Starts, &i.Ends)
	}, "SELECT starts, ends FROM time_off WHERE doctor IN (?, '') AND ends > ? AND starts < ? AND active",
		doctor, starts, ends)
	return hours, away, err
}
