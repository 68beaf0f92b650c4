package accounts

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// ProjectRole is a role that a user has in a project, in addition to the root role.
type ProjectRole struct {
	UserID  int64  `json:"userId" state:",parent"`
	Project string `json:"project" state:",required" refers:"projects"`
	Role    string `json:"role" state:",required" enum:"Owner,Member,Reader"`
}

var projectRoles = engine.NewTable(engine.Definition[ProjectRole]{
	Name: "projectRoles", Singular: "projectRole", Noun: "project role",
	Key: func(r *ProjectRole) engine.Key {
		return engine.Join(engine.Int(r.UserID), engine.Text(r.Project, r.Role))
	},
	Parent: &engine.Parent[ProjectRole]{
		Table:  "users",
		Key:    func(r *ProjectRole) engine.Key { return engine.Int(r.UserID) },
		Nested: "projectRoles",
	},
})

// rootGrants are the permissions of the root roles (O, in a new instance). Editors have
// permissions of a project only in the project default.
var rootGrants = map[string][]engine.Grant{
	"Admin": {{Permission: spec.Admin}},
	"Editor": append(
		inProject("", []spec.Permission{
			"CREATE_ADDON", "CREATE_CONTEXT_FIELD", "CREATE_PROJECT", "CREATE_SEGMENT", "CREATE_STRATEGY", "CREATE_TAG_TYPE",
			"DELETE_ADDON", "DELETE_CONTEXT_FIELD", "DELETE_SEGMENT", "DELETE_STRATEGY", "DELETE_TAG_TYPE",
			"READ_CLIENT_API_TOKEN", "READ_FRONTEND_API_TOKEN", "RELEASE_PLAN_TEMPLATE_CREATE", "RELEASE_PLAN_TEMPLATE_UPDATE",
			"UPDATE_ADDON", "UPDATE_APPLICATION", "UPDATE_CONTEXT_FIELD", "UPDATE_SEGMENT", "UPDATE_STRATEGY", "UPDATE_TAG_TYPE",
		}),
		inProject("default", slices.Concat(ofMembers, ofEditors))...),
	"Viewer": nil,
}

// ofProjectRoles are the permissions of the roles in a project (O, in a new instance).
var ofProjectRoles = map[string][]spec.Permission{
	"Owner":  slices.Concat(ofMembers, ofEditors, []spec.Permission{"UPDATE_PROJECT_CONTEXT", "UPDATE_PROJECT_RELEASE_TEMPLATE", "UPDATE_PROJECT_SEGMENT"}),
	"Member": ofMembers,
	"Reader": nil,
}

var (
	ofMembers = []spec.Permission{
		"CREATE_FEATURE", "CREATE_PROJECT_API_TOKEN", "DELETE_FEATURE", "DELETE_PROJECT_API_TOKEN", "READ_PROJECT_API_TOKEN",
		"UPDATE_FEATURE", "UPDATE_FEATURE_DEPENDENCY", "UPDATE_FEATURE_VARIANTS",
		"CREATE_FEATURE_STRATEGY", "DELETE_FEATURE_STRATEGY", "UPDATE_FEATURE_ENVIRONMENT", "UPDATE_FEATURE_ENVIRONMENT_VARIANTS", "UPDATE_FEATURE_STRATEGY",
	}
	// ofEditors are what editors may do besides, in the project default.
	ofEditors = []spec.Permission{"DELETE_PROJECT", "MOVE_FEATURE_TOGGLE", "UPDATE_PROJECT"}
)

// grantedEnvironments are the environments in which roles have the permissions of
// environments: those of a new instance (O).
var grantedEnvironments = []string{"development", "production"}

// inProject grants permissions in a project, or for the instance if that is empty.
func inProject(project string, permissions []spec.Permission) (out []engine.Grant) {
	for _, permission := range permissions {
		if !permission.OfEnvironment() {
			out = append(out, engine.Grant{Permission: permission, Project: project})
			continue
		}
		for _, environment := range grantedEnvironments {
			out = append(out, engine.Grant{Permission: permission, Project: project, Environment: environment})
		}
	}
	return out
}

// grants returns what a user may do.
func (u *User) grants(view *engine.View) []engine.Grant {
	out := slices.Clip(rootGrants[u.RootRole])
	for _, held := range projectRoles.Under(view, engine.Int(u.ID)) {
		out = append(out, inProject(held.Project, ofProjectRoles[held.Role])...)
	}
	return out
}
