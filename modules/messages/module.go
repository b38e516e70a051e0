// Package messages is the messages between a patient and a doctor who treats them. FHIR calls a message a
// Communication. No other role reads the texts.
package messages

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the threads and their messages.
var Module = kit.Module{
	Name:        "messages",
	Collections: []kit.Collection{threads, messages},
	Hooks: func(app core.App) {
		kit.OnCreate(app, "threads", startThread)
		kit.OnCreate(app, "messages", send)
		kit.OnUpdate(app, "messages", markSeen)
	},
	Invariants: []kit.Invariant{
		{"A thread knows the time of its newest message.", `
			SELECT t.id FROM threads t WHERE t.last_message_at
				!= COALESCE((SELECT MAX(m.created) FROM messages m WHERE m.thread = t.id), '')`},
		{"A thread counts the messages that each side has not read.", `
			SELECT t.id FROM threads t LEFT JOIN messages m ON m.thread = t.id AND NOT m.seen GROUP BY t.id
			HAVING t.unread_by_patient != COUNT(*) FILTER (WHERE m.side = 'doctor')
				OR t.unread_by_doctor != COUNT(*) FILTER (WHERE m.side = 'patient')`},
		{"A message is of the patient and the doctor of its thread.", `
			SELECT m.id FROM messages m JOIN threads t ON t.id = m.thread
			WHERE m.patient != t.patient OR m.doctor != t.doctor`},
		{"The author of a message is one of the two sides.", `
			SELECT m.id FROM messages m JOIN doctors d ON d.id = m.doctor WHERE (m.side = 'doctor') != (m.author = d.user)`},
		{"A message that was read says when, and by whom of the other side.", `
			SELECT m.id FROM messages m JOIN doctors d ON d.id = m.doctor
			WHERE m.seen != (m.seen_at != '') OR m.seen != (m.seen_by != '')
				OR m.seen AND (m.seen_by = m.author OR (m.side = 'patient') != (m.seen_by = d.user))`},
		{"A thread about a visit is of its patient and doctor, and a document of the patient of its message.", `
			SELECT t.id FROM threads t JOIN appointments a ON a.id = t.appointment
			WHERE a.patient != t.patient OR a.doctor != t.doctor
			UNION ALL
			SELECT m.id FROM messages m JOIN documents d ON d.id = m.document WHERE d.patient != m.patient`},
	},
	OpenAPI: openapi,
}
