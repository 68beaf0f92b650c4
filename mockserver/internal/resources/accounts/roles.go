package accounts

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// roles are the permissions of the root roles (O, in a new instance). Editors have the
// project permissions only in the project default.
var roles = map[string][]engine.Grant{
	"Admin": grants("", "ADMIN"),
	"Editor": append(
		grants("",
			"CREATE_ADDON", "CREATE_CONTEXT_FIELD", "CREATE_PROJECT", "CREATE_SEGMENT", "CREATE_STRATEGY", "CREATE_TAG_TYPE",
			"DELETE_ADDON", "DELETE_CONTEXT_FIELD", "DELETE_SEGMENT", "DELETE_STRATEGY", "DELETE_TAG_TYPE",
			"READ_CLIENT_API_TOKEN", "READ_FRONTEND_API_TOKEN", "RELEASE_PLAN_TEMPLATE_CREATE", "RELEASE_PLAN_TEMPLATE_UPDATE",
			"UPDATE_ADDON", "UPDATE_APPLICATION", "UPDATE_CONTEXT_FIELD", "UPDATE_SEGMENT", "UPDATE_STRATEGY", "UPDATE_TAG_TYPE"),
		grants("default",
			"CREATE_FEATURE", "CREATE_FEATURE_STRATEGY", "CREATE_PROJECT_API_TOKEN", "DELETE_FEATURE", "DELETE_FEATURE_STRATEGY",
			"DELETE_PROJECT", "DELETE_PROJECT_API_TOKEN", "MOVE_FEATURE_TOGGLE", "READ_PROJECT_API_TOKEN", "UPDATE_FEATURE",
			"UPDATE_FEATURE_DEPENDENCY", "UPDATE_FEATURE_ENVIRONMENT", "UPDATE_FEATURE_ENVIRONMENT_VARIANTS", "UPDATE_FEATURE_STRATEGY",
			"UPDATE_FEATURE_VARIANTS", "UPDATE_PROJECT")...),
	"Viewer": nil,
}

func grants(project string, permissions ...spec.Permission) []engine.Grant {
	out := make([]engine.Grant, len(permissions))
	for i, permission := range permissions {
		out[i] = engine.Grant{Permission: permission, Project: project}
	}
	return out
}
