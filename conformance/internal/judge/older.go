package judge

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Allowance is a known difference in single responses of older servers, where it is not a
// failure. Behavior that differs as a whole has no allowance; its scenarios have the tag
// @since.
type Allowance struct {
	// Before is the first major version for which it is a failure.
	Before int
	// Operation is the operationId; empty means every operation.
	Operation string
	// Expectation matches the JSON pointer, a space, and what was expected there. Got matches
	// what was received instead; nil matches anything.
	Expectation, Got *regexp.Regexp
	// What describes the difference in a sentence.
	What string
}

// older returns the differences that were observed on 7.6.5 and 6.10.1 (O).
func older() []Allowance {
	is := regexp.MustCompile
	return []Allowance{
		{8, "", is(`"lastSeenAt" is not allowed$`), nil, "flags have lastSeenAt"},
		{8, "getFeature", is(`"variants" is not allowed$`), nil, "a flag has variants outside its environments"},
		{8, "createFeature", is(`^/details/0/message ".*\\"permission\\", \\"sunset\\"`), is(`\\"permission\\"\.`), "there is no flag type sunset"},
		{8, "", is(`^/message "Could not find context field `), is(`^"Could not find Context field `), "a missing context field is called a Context field"},
		{8, "", is(`^/message ".*you need the \\"[A-Z]+_CONTEXT_FIELD\\" permission\."$|^/permissions \["[A-Z]+_CONTEXT_FIELD"\]$`), is(`UPDATE_PROJECT_CONTEXT`), "UPDATE_PROJECT_CONTEXT suffices for context fields too"},
		{8, "", is(`/secure false$`), is(`^nothing$`), "API tokens lack secure"},
		{8, "getProjects", is(`/onboardingStatus/status a text$`), is(`^nothing$`), "projects in the list lack onboardingStatus"},
		{7, "", is(`/id nothing$`), is(`^"[0-9a-f-]{36}"$`), "errors from handlers have an id too"},
		{7, "", is(`"username" is not allowed$`), nil, "API tokens have a username"},
		{7, "getFeatures", is(`"favorite" is missing$`), nil, "flags in the list of a project lack favorite"},
		{7, "", is(`/id matches /\^\[0-9A-HJKMNP-TV-Z\]`), is(`^"[0-9a-f-]{36}"$`), "the ids of strategies are UUIDs"},
		{7, "patchFeature", is(`\\"move\\", \\"test\\"`), is(`\\"move\\"\. You`), "a patch does not support the operation test"},
		{7, "getMe", is(`^/user it fits none of the forms`), nil, "the user of getMe has isAPI, and no environment if it is a token's"},
		{7, "getAllClientFeatures", is(`^/etag it must match `), nil, "the entity tag has no version"},
		{7, "getProjects", is(`/technicalDebt a whole number$`), is(`^nothing$`), "projects in the list lack technicalDebt"},
		{7, "getProjectOverview", is(`^/linkTemplates a list$`), is(`^nothing$`), "projects have no link templates"},
		{7, "getValidTokens", is(`"environment" is missing$|/environment a text$`), nil, "valid tokens lack environment"},
		{7, "validateConstraint", is(`^/message "Request validation failed: .*contain invalid data: `), is(`Refer to the`), "only the details say why a constraint is refused"},
		{7, "", is(`^ the header Access-Control-Allow-Origin "\*"$`), is(`^no such header$`), "a refusal of the Frontend API has no CORS headers"},
	}
}

// allowances holds the allowances of one version, and how often each was used. It is safe for
// concurrent use.
type allowances struct {
	mu   sync.Mutex
	list []Allowance
	used map[string]int
}

// Against sets the version of Unleash that is judged. Nothing is allowed until it is called.
func (j *Judge) Against(version string) {
	major := target.Major(version)
	j.allowed.mu.Lock()
	defer j.allowed.mu.Unlock()
	j.allowed.list, j.allowed.used = nil, map[string]int{}
	for _, a := range older() {
		if major > 0 && major < a.Before {
			j.allowed.list = append(j.allowed.list, a)
		}
	}
}

// Allows reports whether a breach is a known difference of the target's version, and counts
// it if so.
func (j *Judge) Allows(x *target.Exchange, b Breach) bool {
	j.allowed.mu.Lock()
	defer j.allowed.mu.Unlock()
	for _, a := range j.allowed.list {
		if (a.Operation == "" || a.Operation == x.OperationID()) && a.Expectation.MatchString(b.Pointer+" "+b.Expectation) && (a.Got == nil || a.Got.MatchString(b.Got)) {
			j.allowed.used[a.What]++
			return true
		}
	}
	return false
}

// Allowed returns how often each difference was allowed, most frequent first.
func (j *Judge) Allowed() (counts []Allowed) {
	j.allowed.mu.Lock()
	defer j.allowed.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(j.allowed.used)) {
		counts = append(counts, Allowed{what, j.allowed.used[what]})
	}
	slices.SortStableFunc(counts, func(a, b Allowed) int { return cmp.Compare(b.Times, a.Times) })
	return counts
}

// Allowed says how often a difference was allowed.
type Allowed struct {
	What  string
	Times int
}
