package rival

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Query is what a client asks of a list.
type Query struct {
	Conditions []Condition
	Ascending  bool // by start; otherwise the latest first
	PerPage    int
	SkipTotal  bool
	Expand     []string
}

// Condition compares a column with a value.
type Condition struct{ Column, Operator, Value string }

var condition = regexp.MustCompile(`^\s*(status|starts)\s*(=|>=|<)\s*"([^"]*)"\s*$`)

// ParseQuery reads the parameters of a list: filter, sort, perPage, skipTotal and expand, of
// which it knows what the benchmark sends.
func ParseQuery(r *http.Request) (q Query, err error) {
	form := r.URL.Query()
	q = Query{Ascending: form.Get("sort") == "starts", PerPage: 30, SkipTotal: form.Get("skipTotal") == "1"}
	if n, err := strconv.Atoi(form.Get("perPage")); err == nil && n > 0 && n <= 1000 {
		q.PerPage = n
	}
	if expand := form.Get("expand"); expand != "" {
		q.Expand = strings.Split(expand, ",")
	}
	if filter := form.Get("filter"); filter != "" {
		for part := range strings.SplitSeq(filter, "&&") {
			found := condition.FindStringSubmatch(part)
			if found == nil {
				return q, Refuse(http.StatusBadRequest, "This filter is not supported.")
			}
			q.Conditions = append(q.Conditions, Condition{found[1], found[2], found[3]})
		}
	}
	return q, nil
}
