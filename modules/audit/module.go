// Package audit logs who changed and who read what. The log is tamper-evident: each row is
// chained to the one before it by a keyed hash, and the key is not in the database.
package audit

import (
	_ "embed"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the audit log.
var Module = kit.Module{
	Name:        "audit",
	Collections: []kit.Collection{log, listed, unusualReads},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks:       hooks,
	Routes:      []kit.Route{{Path: "GET /audit/verify", Roles: []kit.Role{role.Admin}, Handler: verifyLog}},
	AccessLog:   LogAccess,
	Checks: []kit.Check{{Description: "The audit log is intact.", Violations: func(app core.App) ([]string, error) {
		report, err := Verify(app)
		if err != nil || report.Broken == nil {
			return nil, err
		}
		return []string{fmt.Sprintf("%d: %s", report.Broken.Seq, report.Broken.Why)}, nil
	}}},
	OpenAPI: openapi,
}
