// Package constraints has the faults of constraints.
package constraints

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of constraints.
func Faults() []bend.Fault {
	const operation, standing = "validateConstraint", spec.Observed
	refused := bend.Both(bend.Answered(http.StatusBadRequest), bend.Named("BadDataError"))
	return []bend.Fault{
		{ID: "constraint-all-are-good", Name: "accepts an invalid constraint", Operation: operation, Standing: standing, Bend: bend.When(refused, bend.Status(http.StatusNoContent), bend.Empty)},
		{ID: "constraint-none-is-good", Name: "refuses a valid constraint", Operation: operation, Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNoContent), bend.Status(http.StatusBadRequest), bend.Text(`{"message":"bad"}`))},
		{ID: "constraint-unexplained", Name: "does not say what is wrong with a constraint", Operation: operation, Standing: standing, Bend: bend.When(refused, bend.Set("/details/0/message", `"bad"`))},
		{ID: "constraint-with-an-id", Name: "adds an id to errors that have none", Operation: operation, Standing: standing,
			Bend: bend.When(refused, bend.Whole(func(body *bend.Value) {
				if body.Get("id") == nil {
					body.Put("id", bend.Quoted("0b84c7fd-5278-4087-832d-0b502c7929b3"))
				}
			}))},
		{ID: "constraint-case-refused", Name: "refuses caseInsensitive", Operation: operation, Standing: standing,
			Bend: bend.When(bend.Sends("caseInsensitive", bend.IsText("true")), bend.Member("operator", bend.To(`"NONE"`)))},
	}
}
