// Package wellknown lists the tokens that everybody knows: API tokens that Unleash itself
// publishes as examples, which many configurations already contain, and the tokens of the
// mock's built-in seed.
package wellknown

// API tokens of Unleash's own examples.
const (
	Admin    = "*:*.unleash-insecure-admin-api-token"
	Backend  = "default:development.unleash-insecure-api-token"
	Frontend = "default:development.unleash-insecure-frontend-api-token"
)

// Personal access tokens of the built-in users, by their root role.
const (
	AdminUser  = "user:unleash-mock-admin"
	EditorUser = "user:unleash-mock-editor"
	ViewerUser = "user:unleash-mock-viewer"
)

// Tokens of the built-in signal endpoints, by the endpoint's name.
const (
	MyExternalApp      = "signal_unleash-mock-my-external-app"
	CPUOver90          = "signal_unleash-mock-cpu-over-90"
	CPUOver90OnStaging = "signal_unleash-mock-cpu-over-90-staging"
)
