package notices

import (
	"github.com/pocketbase/dbx"

	"hospital/internal/kit"
)

// lifecycle is what people do to a notice. Its delivery is the server's.
var lifecycle = kit.Lifecycle{Collection: "notices", Noun: "a notice", SystemWrites: true, Transitions: kit.Transitions[Status]{
	{Action: "mark as seen", When: seenChanged, Do: stampSeen, Then: markOthers},
}}

func seenChanged(c kit.Change) bool { return c.Before.GetBool("seen") != c.After.GetBool("seen") }

func stampSeen(c kit.Change) error {
	by := ""
	if c.After.GetBool("seen") {
		by = c.Actor.ID
	}
	c.After.Set("seen_by", by)
	return nil
}

// markOthers marks what tells of the same change by another channel.
func markOthers(c kit.Change) error {
	r := c.After
	others, err := c.App.FindAllRecords("notices", dbx.HashExp{"appointment": r.GetString("appointment"),
		"appointment_version": r.GetInt("appointment_version"), "seen": c.Before.GetBool("seen")})
	if err != nil {
		return err
	}
	for _, other := range others {
		other.Set("seen", r.GetBool("seen"))
		if err := c.App.Save(kit.SetActor(c.Actor, other)); err != nil {
			return err
		}
	}
	return nil
}
