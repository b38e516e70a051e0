package main

import (
	"errors"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"

	"hospital/bench/compare/rival"
)

// own limits a query to the visits that a role may read.
func own(db *gorm.DB, by rival.Account) *gorm.DB {
	switch by.Role {
	case "patient":
		return db.Joins(`JOIN patients ON patients.id = appointments.patient`).Where(`patients."user" = ?`, by.ID)
	case "doctor":
		return db.Joins(`JOIN doctors ON doctors.id = appointments.doctor`).Where(`doctors."user" = ?`, by.ID)
	}
	return db
}

func notFound(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return rival.ErrNotFound
	}
	return err
}

func (s *server) view(c *gin.Context, by rival.Account) (any, error) {
	var v rival.Visit
	if err := own(s.read, by).Where("appointments.id = ?", c.Param("id")).First(&v).Error; err != nil {
		return nil, notFound(err)
	}
	if by.Role != "patient" {
		s.audit.Push(rival.NewEntry(c.Request, by, "view", "appointments", v.ID, v.Patient, nil))
	}
	return v.For(by.Role), nil
}

func (s *server) list(c *gin.Context, by rival.Account) (any, error) {
	q, err := rival.ParseQuery(c.Request)
	if err != nil {
		return nil, err
	}
	query := own(s.read.Model(&rival.Visit{}), by)
	for _, condition := range q.Conditions {
		query = query.Where("appointments."+condition.Column+" "+condition.Operator+" ?", condition.Value)
	}
	query = query.Session(&gorm.Session{}) // used twice
	total := int64(-1)
	if !q.SkipTotal {
		if err := query.Count(&total).Error; err != nil {
			return nil, err
		}
	}
	order := "appointments.starts DESC"
	if q.Ascending {
		order = "appointments.starts"
	}
	items := []*rival.Visit{}
	if err := query.Order(order).Limit(q.PerPage).Find(&items).Error; err != nil {
		return nil, err
	}
	if err := s.expand(items, q.Expand, by.Role); err != nil {
		return nil, err
	}
	for _, v := range items {
		v.For(by.Role)
	}
	s.audit.PushList(c.Request, by, items)
	return rival.NewPage(items, q.PerPage, int(total)), nil
}

// expand reads the doctors and patients of visits, as GORM's Preload does.
func (s *server) expand(visits []*rival.Visit, relations []string, role string) error {
	if len(relations) == 0 {
		return nil
	}
	var doctorIDs, patientIDs []string
	for _, v := range visits {
		v.Expand = &rival.Expand{}
		doctorIDs, patientIDs = append(doctorIDs, v.Doctor), append(patientIDs, v.Patient)
	}
	var doctors []*rival.Doctor
	if slices.Contains(relations, "doctor") {
		if err := s.read.Find(&doctors, "id IN ?", unique(doctorIDs)).Error; err != nil {
			return err
		}
	}
	var patients []*rival.Patient
	if slices.Contains(relations, "patient") {
		if err := s.read.Find(&patients, "id IN ?", unique(patientIDs)).Error; err != nil {
			return err
		}
	}
	doctorByID, patientByID := map[string]*rival.Doctor{}, map[string]*rival.Patient{}
	for _, d := range doctors {
		doctorByID[d.ID] = d.For(role)
	}
	for _, p := range patients {
		p.Collection = rival.Patients
		patientByID[p.ID] = p
	}
	for _, v := range visits {
		v.Expand.Doctor, v.Expand.Patient = doctorByID[v.Doctor], patientByID[v.Patient]
	}
	return nil
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *server) slots(c *gin.Context, _ rival.Account) (any, error) {
	var d rival.Doctor
	if err := s.read.First(&d, "id = ? AND active AND accepts_online", c.Param("id")).Error; err != nil {
		return nil, notFound(err)
	}
	from, to := rival.SlotWindow(time.Now())
	first, last := rival.FormatInstant(from), rival.FormatInstant(to)
	hours, away, err := agenda(s.read, d.ID, first, last)
	if err != nil {
		return nil, err
	}
	var booked []rival.Interval
	err = s.read.Model(&rival.Visit{}).Where(`doctor = ? AND starts < ? AND starts > ? AND ends > ? AND status IN ?`,
		d.ID, last, rival.LookBack(first), first, []string{"pending", "approved"}).Find(&booked).Error
	return rival.Free(d.ID, hours, away, booked, from, to), err
}

// agenda reads the hours of a doctor, and the absences between two instants.
func agenda(db *gorm.DB, doctor, starts, ends string) (hours []rival.Hours, away []rival.Interval, err error) {
	if err := db.Find(&hours, "doctor = ? AND active", doctor).Error; err != nil {
		return nil, nil, err
	}
	err = db.Table("time_off").Where("doctor IN ? AND ends > ? AND starts < ? AND active",
		[]string{doctor, ""}, starts, ends).Find(&away).Error
	return hours, away, err
}
