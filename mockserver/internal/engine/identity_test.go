package engine

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

func TestMay(t *testing.T) {
	t.Parallel()
	editor := Identity{Grants: []Grant{{Permission: "CREATE_SEGMENT"}, {Permission: "CREATE_FEATURE", Project: "default"}, {Permission: "UPDATE_FEATURE_ENVIRONMENT", Project: "default", Environment: "development"}}}
	for name, test := range map[string]struct {
		identity             Identity
		permission           spec.Permission
		project, environment string
		want                 bool
	}{
		"an admin may do everything":      {Identity{Grants: []Grant{{Permission: spec.Admin}}}, "CREATE_FEATURE", "other", "", true},
		"nobody without grants":           {Identity{Kind: UnknownToken}, spec.Admin, "", "", false},
		"a root permission":               {editor, "CREATE_SEGMENT", "", "", true},
		"a root permission in a project":  {editor, "CREATE_SEGMENT", "other", "", true},
		"another permission":              {editor, "DELETE_SEGMENT", "", "", false},
		"a permission of the project":     {editor, "CREATE_FEATURE", "default", "", true},
		"a permission of another project": {editor, "CREATE_FEATURE", "other", "", false},
		"in its environment":              {editor, "UPDATE_FEATURE_ENVIRONMENT", "default", "development", true},
		"in another environment":          {editor, "UPDATE_FEATURE_ENVIRONMENT", "default", "production", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.identity.May(test.permission, test.project, test.environment); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
