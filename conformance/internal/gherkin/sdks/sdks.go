// Package sdks has what scenarios need for applications.
package sdks

import (
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// path is where applications are listed and deleted.
const path = "/api/admin/metrics/applications"

// reports are the paths where SDKs report applications, which creates them.
var reports = []string{"/api/client/register", "/api/client/metrics", "/api/frontend/client/register", "/api/frontend/client/metrics"}

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	application := func(name string) *ledger.Kind {
		return &ledger.Kind{Name: name, Path: path, Named: true, List: path, Key: "/applications", Label: "/appName"}
	}
	made, late := application("application"), application("late application")
	made.Also, made.Swept, made.Bin = reports, true, late
	late.Settling = 25 * time.Second // a real server stores reports every 20 s (O)
	return gherkin.Resource{Kinds: []*ledger.Kind{made}}
}
