// Package segments has the faults of segments.
package segments

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about segments.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return []bend.Fault{
		{ID: "segment-description-lost", Name: "the description of a segment is not stored", Operation: "createSegment", Standing: standing, Bend: bend.Member("description", bend.Gone)},
		{ID: "segment-constraints-lost", Name: "a segment is created without its constraints", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Set("/constraints", "[]"))},
		{ID: "segment-case-lost", Name: "a constraint forgets that case does not count", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Drop("/constraints/*/caseInsensitive"))},
		{ID: "segment-values-missing", Name: "a constraint with a single value has no values", Operation: "createSegment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusCreated), bend.Edit("/constraints/*", func(constraint *bend.Value) *bend.Value {
				if constraint.Get("value") != nil {
					constraint.Put("values", nil)
				}
				return constraint
			}))},
		{ID: "segment-elsewhere", Name: "a created segment is said to be elsewhere", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusCreated), bend.Header("Location", "segments"))},
		{ID: "segment-project-lost", Name: "the project of a segment is not stored", Operation: "createSegment", Standing: standing, Bend: bend.Member("project", bend.Gone)},
		{ID: "segment-name-taken-bad-data", Name: "a name that is taken gets a 400", Operation: "createSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusConflict), bend.Status(http.StatusBadRequest))},
		{ID: "segment-creator-unknown", Name: "a segment does not tell who created it", Operation: "getSegment", Standing: standing, Bend: bend.OK(bend.Drop("/createdBy"))},
		{ID: "segment-usage-shown", Name: "a single segment tells what uses it", Operation: "getSegment", Standing: standing, Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("usedInProjects", bend.Scalar("0")) }))},
		{ID: "segment-usage-missing", Name: "the list does not tell what uses a segment", Operation: "getSegments", Standing: standing, Bend: bend.OK(bend.Drop("/segments/*/usedInFeatures"))},
		{ID: "segment-list-without-constraints", Name: "segments are listed without their constraints", Operation: "getSegments", Standing: standing, Bend: bend.OK(bend.Set("/segments/*/constraints", "[]"))},
		{ID: "segment-update-other-name", Name: "an update gives a segment another name", Operation: "updateSegment", Standing: standing,
			Bend: bend.Member("name", bend.Words(func(name string) string { return name + "-x" }))},
		{ID: "segment-update-clears-description", Name: "an update without a description clears it", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Sends("description", bend.IsMissing), bend.Member("description", bend.To("null")))},
		{ID: "segment-update-keeps-description", Name: "null does not clear the description", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Sends("description", bend.IsText("null")), bend.Member("description", bend.Gone))},
		{ID: "segment-update-refuses-own-name", Name: "a segment cannot keep its name", Operation: "updateSegment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNoContent), bend.Status(http.StatusConflict), bend.Text(`{"name":"NameExistsError","message":"Segment name already exists","details":[{"message":"Segment name already exists"}]}`))},
		{ID: "segment-delete-again", Name: "a segment that is gone can be deleted", Operation: "removeSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Status(http.StatusNoContent), bend.Empty)},
		{ID: "segment-deleted-otherwise", Name: "a deletion answers 200", Operation: "removeSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusNoContent), bend.Status(http.StatusOK))},
		{ID: "segment-unused", Name: "no strategy is said to use a segment", Operation: "getStrategiesBySegmentId", Standing: standing, Bend: bend.OK(bend.Set("/strategies", "[]"))},
		{ID: "strategy-without-segments", Name: "a strategy is said to have no segments", Operation: "getSegmentsByStrategyId", Standing: standing, Bend: bend.OK(bend.Set("/segments", "[]"))},
		{ID: "segment-taken-name-free", Name: "a name that is taken is free", Operation: "validateSegment", Standing: standing, Bend: bend.When(bend.Answered(http.StatusConflict), bend.Status(http.StatusNoContent), bend.Empty)},
	}
}
