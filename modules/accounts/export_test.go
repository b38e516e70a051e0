package accounts

import "github.com/pocketbase/pocketbase/core"

// RestartSessions forgets the sessions in memory and reads the stored ones, as a restart after
// a crash does.
func RestartSessions(app core.App) {
	s := sessionsIn(app)
	s.lock.Lock()
	clear(s.used)
	clear(s.ended)
	s.lock.Unlock()
	if err := s.load(app); err != nil {
		panic(err)
	}
}
