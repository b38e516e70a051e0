package server

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const (
	maxTopics      = 50
	maxTopicLength = 500 // characters, with its options
)

// checkTopics bounds what each change is compared with.
func checkTopics(e *core.RealtimeSubscribeRequestEvent) error {
	if e.HasSuperuserAuth() {
		return nil
	}
	const code = "validation_length_too_long"
	if len(e.Subscriptions) > maxTopics {
		return kit.Invalid("subscriptions", code, fmt.Sprintf("A stream has at most %d topics.", maxTopics))
	}
	for _, topic := range e.Subscriptions {
		if utf8.RuneCountInString(topic) > maxTopicLength {
			return kit.Invalid("subscriptions", code,
				fmt.Sprintf("A topic has at most %d characters, with its options.", maxTopicLength))
		}
	}
	return nil
}

// hasPublicTopic says whether a guest can receive events of one of the topics.
func hasPublicTopic(e *core.RealtimeSubscribeRequestEvent) bool {
	for _, topic := range e.Subscriptions {
		name := topic[:strings.IndexAny(topic+"?", "/?")]
		if c, err := e.App.FindCachedCollectionByNameOrId(name); err == nil && kit.Reads(e.App, kit.Guest, c.Name) {
			return true
		}
	}
	return false
}
