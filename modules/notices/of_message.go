package notices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	threads "hospital/modules/messages"
)

// TellOfMessage tells the other side that a message waits, once until all messages of the thread are read.
func TellOfMessage(tx core.App, sent *core.Record) error {
	message := threads.Message{Record: sent}
	first, err := message.FirstUnread(tx)
	if err != nil || !first {
		return err
	}
	to, patient := Patient, message.Patient()
	who, err := patientOf(tx, patient)
	if message.To() == threads.Doctor {
		to, patient = Doctor, "" // notices to doctors name no patient
		who, err = doctorOf(tx, message.Doctor())
	}
	if err != nil {
		return fmt.Errorf("notice of message %s: %w", sent.Id, err)
	}
	return tell(tx, messageOf(Message, to), who, func(n Notice) { n.setAbout("messages/"+sent.Id, patient) })
}
