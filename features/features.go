// Package features holds the conformance scenarios, in Gherkin. Each says what
// an Unleash instance does, in words, and is run by package conformance.
//
// A scenario's description says where its rule comes from, and one of the tags @documented,
// @observed, @measured, @inferred and @assumed says how well it is known. Further tags:
//
//	@op:<operationId>  what it is about; without one, what its first request addresses
//	@core              runs on any edition
//	@enterprise        needs Unleash Enterprise
//	@open-source       holds on an open-source instance alone
//	@writes            sends requests that could change something
//	@settings          changes settings of the whole instance, of a mock that the run has to itself
//	@limits            reaches a limit of the instance
//	@slow              takes a minute where calls are limited to one a second
//	@alone             must not run beside another scenario that writes
//	@quiet             says nothing if others add to what it counts at the same time
//	@since:<major>     older versions of Unleash are known to answer otherwise
//	@administrator     takes an admin's token that may do everything
//	@token-check       says whether a token that the target knows is what it was given for
//
// Scenarios do not name a target's projects and environments: <project> and <environment> stand
// for those that the user chose, and <other environment> for another one of the project.
package features

import (
	"embed"
	"io/fs"
)

//go:embed */*.feature
var files embed.FS

// Files returns the feature files, in a folder for each resource; scenarios for all operations
// are in operations.
func Files() fs.FS { return files }
