// Package segments has the faults of segments.
package segments

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of segments.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return slices.Concat(bend.Garbled("segment-description", "createSegment", "description", standing), bend.Garbled("segment-update-description", "updateSegment", "description", standing), []bend.Fault{
		{ID: "segment-values-trimmed", Name: "trims the values of constraints", Operation: "createSegment", Standing: standing,
			Bend: bend.Member("constraints", func(list *bend.Value) *bend.Value { return list.Edit("/*/values/*", bend.Words(strings.TrimSpace)) })},
		{ID: "segment-description-lost", Name: "does not store a segment's description", Operation: "createSegment", Standing: standing, Bend: bend.Member("description", bend.Gone)},
		{ID: "segment-constraints-lost", Name: "shows a created segment without its constraints", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Set("/constraints", "[]"))},
		{ID: "segment-case-lost", Name: "omits caseInsensitive from the constraints of a created segment", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Drop("/constraints/*/caseInsensitive"))},
		{ID: "segment-values-missing", Name: "omits values from a constraint that has a single value", Operation: "createSegment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusCreated), bend.Edit("/constraints/*", func(constraint *bend.Value) *bend.Value {
				if constraint.Get("value") != nil {
					constraint.Put("values", nil)
				}
				return constraint
			}))},
		{ID: "segment-elsewhere", Name: "sends the wrong Location for a created segment", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Header("Location", "segments"))},
		{ID: "segment-project-lost", Name: "does not store a segment's project", Operation: "createSegment", Standing: standing, Bend: bend.Member("project", bend.Gone)},
		{ID: "segment-name-taken-bad-data", Name: "answers 400 to a name that is taken", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusConflict), bend.Status(http.StatusBadRequest))},
		{ID: "segment-creator-unknown", Name: "omits who created a segment", Operation: "getSegment", Standing: standing, Bend: bend.OK(bend.Drop("/createdBy"))},
		{ID: "segment-usage-shown", Name: "adds usedInProjects to a single segment", Operation: "getSegment", Standing: standing, Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("usedInProjects", bend.Scalar("0")) }))},
		{ID: "segment-usage-of-strategies", Name: "counts the strategies that use a segment as flags", Operation: "getSegments", Standing: standing, Bend: bend.OK(func(x *bend.Exchange) {
			bend.Edit("/segments/*", func(segment *bend.Value) *bend.Value {
				used, _ := bend.ParseJSON(x.Ask(http.MethodGet, "/api/admin/segments/"+segment.Get("id").String()+"/strategies", "").Body)
				segment.Put("usedInFeatures", bend.Integer(int64(len(used.Get("strategies").Items))))
				return segment
			})(x)
		})},
		{ID: "segment-usage-missing", Name: "omits usedInFeatures from the list", Operation: "getSegments", Standing: standing, Bend: bend.OK(bend.Drop("/segments/*/usedInFeatures"))},
		{ID: "segment-list-without-constraints", Name: "lists segments without their constraints", Operation: "getSegments", Standing: standing, Bend: bend.OK(bend.Set("/segments/*/constraints", "[]"))},
		{ID: "segment-update-other-name", Name: "stores another name than an update sends", Operation: "updateSegment", Standing: standing,
			Bend: bend.Member("name", bend.Words(func(name string) string { return name + "-x" }))},
		{ID: "segment-update-clears-description", Name: "clears the description when an update omits it", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Sends("description", bend.IsMissing), bend.Member("description", bend.To("null")))},
		{ID: "segment-update-keeps-description", Name: "keeps the description when an update sends null", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Sends("description", bend.IsText("null")), bend.Member("description", bend.Gone))},
		{ID: "segment-update-refuses-own-name", Name: "refuses a valid update because of its name", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNoContent), bend.Status(http.StatusConflict), bend.Text(`{"name":"NameExistsError","message":"Segment name already exists","details":[{"message":"Segment name already exists"}]}`))},
		{ID: "segment-delete-again", Name: "accepts the deletion of an unknown segment", Operation: "removeSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Status(http.StatusNoContent), bend.Empty)},
		{ID: "segment-deleted-otherwise", Name: "answers a deletion with 200", Operation: "removeSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusNoContent), bend.Status(http.StatusOK))},
		{ID: "segment-unused", Name: "lists no strategies that use a segment", Operation: "getStrategiesBySegmentId", Standing: standing, Bend: bend.OK(bend.Set("/strategies", "[]"))},
		{ID: "strategy-without-segments", Name: "lists no segments of a strategy", Operation: "getSegmentsByStrategyId", Standing: standing, Bend: bend.OK(bend.Set("/segments", "[]"))},
		{ID: "strategy-segments-refusal-explained", Name: "says why a person may not set the segments of a strategy", Operation: "updateFeatureStrategySegments", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusForbidden), bend.Text(`{"name":"NoAccessError","message":"You need the permission"}`))},
		{ID: "segment-taken-name-free", Name: "reports a taken name as free", Operation: "validateSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusConflict), bend.Status(http.StatusNoContent), bend.Empty)},
	})
}
