package demo

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// threads are two conversations: one that a patient began about a visit, and one of a doctor that was answered.
func (f filler) threads() {
	patient, other := kit.Actor{ID: f.ID("patient1"), Role: role.Patient}, kit.Actor{ID: f.ID("patient2"), Role: role.Patient}
	f.Create(patient, "thread1", "threads", fields{"patient": f.ID("pat1"), "doctor": f.ID("dr1"),
		"appointment": f.ID("done1"), "subject": "Values at home"})
	f.Create(patient, "hello1", "messages", fields{"thread": f.ID("thread1"),
		"text": "I have measured for two weeks: between 130/80 and 140/90. Is that enough?"})
	f.Update(f.doctor("dr1"), "hello1", "messages", fields{"seen": true})
	f.Create(f.doctor("dr1"), "answer1", "messages", fields{"thread": f.ID("thread1"), "document": f.ID("shown1"),
		"text": "Yes, thank you. Please go on with the tablets. I have attached your blood count."})
	f.Create(f.doctor("dr2"), "thread2", "threads", fields{"patient": f.ID("pat2"), "doctor": f.ID("dr2"),
		"subject": "Before the echocardiography"})
	f.Create(f.doctor("dr2"), "hello2", "messages", fields{"thread": f.ID("thread2"),
		"text": "You can eat and drink as usual before it. Please bring a list of your medicines."})
	f.Update(other, "hello2", "messages", fields{"seen": true})
	f.Create(other, "answer2", "messages", fields{"thread": f.ID("thread2"), "text": "Thank you, I will."})
}
