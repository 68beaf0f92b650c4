// Package features holds the conformance scenarios, in Gherkin. Each describes in words what an
// Unleash instance does. Package conformance runs them.
//
// A scenario's description says where it is known from, and one of the tags @documented,
// @observed, @measured, @inferred and @assumed gives the level of evidence. Further tags:
//
//	@op:<operationId>  the operation it is about; by default that of its first request
//	@core              runs on any edition
//	@enterprise        needs Unleash Enterprise
//	@open-source       holds only on an open-source instance
//	@writes            sends requests that could change something
//	@settings          changes settings of the whole instance, so needs a mock that no other run uses
//	@limits            reaches a limit of the instance
//	@slow              takes a minute if calls are limited to one per second
//	@patient           waits for what a real server may notice a minute late
//	@alone             must not run beside another scenario that writes
//	@quiet             is inconclusive if others add to what it counts at the same time
//	@since:<major>     older versions of Unleash are known to answer differently
//	@administrator     needs an admin's token that may do everything
//	@token-check       checks whether a token that the target knows is of the kind it was given as
//
// Scenarios do not name a target's projects and environments: <project> and <environment> stand
// for those that the user chose, <other environment> for another environment of the project, and
// <other project> for another project.
package features

import "io/fs"

// Files returns the feature files, in one folder per resource; the folder operations has the
// scenarios for all operations.
func Files() fs.FS { return files() }
