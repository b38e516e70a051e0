package notices

import (
	"hospital/internal/kit"
	"hospital/internal/outbox"
)

// lifecycle is what people do to a notice. Its delivery is the server's.
var lifecycle = kit.Lifecycle{Collection: "notices", Noun: "a notice", SystemWrites: true, Transitions: kit.Transitions[outbox.Status]{
	{Action: "mark as seen", When: seenChanged, Do: stampSeen, Then: markOthers},
}}

func seenChanged(c kit.Change) bool { return Notice{c.Before}.seen() != Notice{c.After}.seen() }

func stampSeen(c kit.Change) error {
	notice := Notice{c.After}
	notice.setSeenBy("")
	if notice.seen() {
		notice.setSeenBy(c.Actor.ID)
	}
	return nil
}

// markOthers marks what tells of the same change by another channel.
func markOthers(c kit.Change) error {
	notice := Notice{c.After}
	others, err := notice.otherChannels(c.App, Notice{c.Before}.seen())
	if err != nil {
		return err
	}
	for _, other := range others {
		Notice{other}.setSeen(notice.seen())
		if err := c.App.Save(kit.SetActor(c.Actor, other)); err != nil {
			return err
		}
	}
	return nil
}
