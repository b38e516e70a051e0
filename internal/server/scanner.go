package server

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const (
	maxDepth  = 32      // objects and arrays inside one another
	maxValues = 100_000 // values of a JSON document, fields of a form
)

// scanner counts the depth and the values of a document, byte by byte. It does not
// check the syntax, which is the decoder's task.
type scanner struct {
	requests          int // how many a batch may have; 0 for any other document
	inString, escaped bool
	depth, values     int
	commas            int // between the requests of a batch
}

func newScanner(e *core.RequestEvent) scanner {
	if e.Request.Pattern != batchPattern {
		return scanner{}
	}
	return scanner{requests: e.App.Settings().Batch.MaxRequests}
}

// json scans the next bytes of a JSON document.
func (s *scanner) json(p []byte) error {
	for _, c := range p {
		if s.inString {
			switch {
			case s.escaped:
				s.escaped = false
			case c == '\\':
				s.escaped = true
			case c == '"':
				s.inString = false
			}
			continue
		}
		switch c {
		case '"':
			s.inString = true
		case '{', '[':
			s.depth++
			s.values++
		case '}', ']':
			s.depth--
		case ',':
			s.values++
			if s.depth == 2 { // {"requests": [{}, {}]}
				s.commas++
			}
		default:
			continue
		}
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// form scans the next bytes of an URL-encoded form.
func (s *scanner) form(p []byte) error {
	for _, c := range p {
		if c == '&' {
			s.values++
		}
	}
	return s.check()
}

func (s *scanner) check() error {
	switch {
	case s.depth > maxDepth:
		return kit.TooLarge("body", "too_deep", fmt.Sprintf("The body is nested deeper than %d levels.", maxDepth))
	case s.values > maxValues:
		return kit.TooLarge("body", "too_many_values", fmt.Sprintf("The body has more than %d values.", maxValues))
	case s.requests > 0 && s.commas >= s.requests:
		return kit.Invalid("requests", "validation_length_too_long",
			fmt.Sprintf("A batch has at most %d requests. Send the others in another batch.", s.requests))
	}
	return nil
}
