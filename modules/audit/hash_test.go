package audit

import "testing"

// Rows that were written before there were lists and repeats keep their hash.
func TestThePlainRowKeepsItsHash(t *testing.T) {
	t.Parallel()
	r := row{
		Seq: 7, At: "2030-01-31 09:00:00.000Z", Actor: "actor", ActorName: "Name", Role: "nurse", Action: "list",
		Collection: "patients", Record: "rec", Patient: "pat", Outcome: "done", Changes: `{"a":["","b"]}`,
		IP: "192.0.2.1", Request: "req", PrevHash: "prev", ID: "any",
	}
	key := []byte("a key of a test, which is long enough")
	const want = "bfce3a2d3d8e2f93730fe9fd3ab13b1c45fcef509fabacb3271358a38b0f8efb"
	if got := r.computeHash(key); got != want {
		t.Errorf("the hash is %s", got)
	}
	for _, change := range []func(r *row){
		func(r *row) { r.Times = 2 }, func(r *row) { r.Patients = 2 }, func(r *row) { r.List = "x" },
		func(r *row) { r.Listed = "x" },
	} {
		changed := r
		if change(&changed); changed.computeHash(key) == want {
			t.Errorf("%+v has the same hash", changed)
		}
	}
}
