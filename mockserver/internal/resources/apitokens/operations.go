package apitokens

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/spec"
)

// permission returns the permission needed to do something with tokens of a type (O).
func permission(verb, tokenType string) spec.Permission {
	switch tokenType {
	case backend:
		return spec.Permission(verb + "_CLIENT_API_TOKEN")
	case frontend:
		return spec.Permission(verb + "_FRONTEND_API_TOKEN")
	}
	return spec.Admin
}

// mayChange refuses callers who lack the permission for tokens of a type.
func mayChange(tx *engine.Tx, verb, tokenType string) error {
	if needed := permission(verb, tokenType); !tx.Identity.May(needed, "", "") {
		return apierror.Permission(needed)
	}
	return nil
}

// shown is a token as lists show it. The use of a token is not tracked, so SeenAt is
// null.
type shown struct {
	Secret      string     `json:"secret"`
	Name        string     `json:"tokenName"`
	Type        string     `json:"type"`
	Project     string     `json:"project"`
	Projects    []string   `json:"projects"`
	Environment string     `json:"environment"`
	ExpiresAt   *time.Time `json:"expiresAt"`
	CreatedAt   time.Time  `json:"createdAt"`
	Alias       *string    `json:"alias"`
	SeenAt      *time.Time `json:"seenAt"`
	Secure      bool       `json:"secure"`
}

func (t *Token) shown() shown {
	return shown{
		Secret: t.Shown(), Name: t.Name, Type: typeName(t.Type), Project: t.Projects[0],
		Projects: t.Projects, Environment: t.Environment, ExpiresAt: t.ExpiresAt, CreatedAt: t.CreatedAt,
	}
}

// Shown returns the secret as the API shows it, or the mark of a redacted one if only its
// digest is known.
func (t *Token) Shown() string { return cmp.Or(t.Secret.Reveal(), secrets.Mark) }

// typeName returns the API's name of a type.
func typeName(tokenType string) string {
	if tokenType == backend {
		return "client"
	}
	return tokenType
}

type listOut struct {
	Tokens []shown `json:"tokens"`
}

// readable lists the tokens of the types that the caller may read.
func readable(view *engine.View, wanted func(*Token) bool) (engine.Answer[listOut], error) {
	out := listOut{[]shown{}}
	for _, token := range all(view) {
		if wanted(token) && view.Identity.May(permission("READ", token.Type), "", "") {
			out.Tokens = append(out.Tokens, token.shown())
		}
	}
	return engine.OK(out)
}

func list(view *engine.View, _ struct{}) (engine.Answer[listOut], error) {
	return readable(view, func(*Token) bool { return true })
}

type namedIn struct {
	Name string `path:"token"`
}

func named(view *engine.View, in namedIn) (engine.Answer[listOut], error) {
	return readable(view, func(t *Token) bool { return t.Name == in.Name })
}

type createIn struct {
	Name        string                      `json:"tokenName"`
	Type        string                      `json:"type"`
	Environment engine.Optional[string]     `json:"environment"`
	Projects    engine.Optional[[]string]   `json:"projects"`
	ExpiresAt   engine.Optional[*time.Time] `json:"expiresAt"`
	Sent        engine.JSON                 `body:""`
	_           struct{}                    `ignored:"body project"`
}

// Check refuses values that the contract allows but Unleash does not.
func (in createIn) Check() error {
	switch {
	case in.Name == "":
		return apierror.BadProperty("tokenName", "is not allowed to be empty", "")
	case in.Environment.Sent && in.Environment.Value == "":
		return apierror.BadProperty("environment", "is not allowed to be empty", "")
	case in.Projects.Sent && len(in.Projects.Value) == 0:
		return apierror.BadProperty("projects", "must contain at least 1 items", "[]")
	case in.ExpiresAt.Value != nil && isNoDate(*in.ExpiresAt.Value, in.Sent):
		return noDate(in.Sent)
	}
	return nil
}

// isNoDate reports whether a date of expiry could not be read, which leaves it zero. The
// beginning of year 1 is zero, too.
func isNoDate(read time.Time, sent engine.JSON) bool {
	if !read.IsZero() {
		return false
	}
	moment, err := time.Parse(`"`+time.RFC3339Nano+`"`, strings.ToUpper(endIn(sent)))
	return err != nil || moment.UTC().Year() != 1
}

// noDate refuses what the contract accepts as a date but no answer could show: a leap second,
// which JavaScript does not have, and a year that in UTC does not have four digits.
func noDate(sent engine.JSON) error {
	return apierror.BadProperty("expiresAt", "must be a valid date", endIn(sent))
}

// endIn returns the date of expiry in a body, as it was sent.
func endIn(sent engine.JSON) string {
	body, _ := v8json.Parse(sent) // cannot fail: it was read for the contract
	object, _ := body.(map[string]any)
	return string(v8json.Stringify(nil, object["expiresAt"]))
}

// secretSize is the number of random bytes in a secret, which are written in hexadecimal.
const secretSize = 28

func create(tx *engine.Tx, in createIn) (out engine.Answer[engine.JSON], err error) {
	word := strings.ToLower(in.Type) // it is shown as sent, in lower case
	token := &Token{
		Name: in.Name, Type: word, Projects: in.Projects.Or([]string{every}),
		Environment: in.Environment.Or(developmentEnvironment), ExpiresAt: in.ExpiresAt.Value, CreatedAt: tx.Stamp(),
	}
	if word == typeName(backend) {
		token.Type = backend
	}
	if slices.Contains(token.Projects, every) {
		token.Projects = []string{every}
	}
	if err := mayChange(tx, "CREATE", token.Type); err != nil {
		return out, err
	}
	if err := tokens.Below(tx, maxTokens, nil); err != nil {
		return out, err
	}
	if err := token.checkPlace(tx); err != nil {
		return out, err
	}
	token.Secret = tokens.NewSecret(tx, token.prefix(), secretSize)
	if err := tokens.Insert(tx, token); err != nil {
		return out, err
	}
	return engine.Created(token.created(in.Sent, word), "api-tokens")
}

// checkPlace refuses an environment or a project that does not exist.
func (t *Token) checkPlace(r engine.Reader) error {
	if t.Environment == every {
		name := typeName(t.Type)
		return apierror.BadData(strings.ToUpper(name[:1]) + name[1:] + " token cannot be scoped to all environments")
	}
	if !projects.HasEnvironment(r, t.Environment) {
		return apierror.BadData(fmt.Sprintf("Environment=%s does not exist", t.Environment))
	}
	for i, project := range t.Projects {
		if slices.Contains(t.Projects[:i], project) {
			return apierror.BadData(fmt.Sprintf("Project=%s is there twice", project)) // a real server answers 500
		}
		if project != every && projects.Find(r, project) == nil {
			return apierror.BadData(fmt.Sprintf("Project=%s does not exist", cmp.Or(project, "invalid")))
		}
	}
	return nil
}

// prefix returns the beginning of a secret.
func (t *Token) prefix() string {
	project := several
	if len(t.Projects) == 1 {
		project = t.Projects[0]
	}
	return project + ":" + t.Environment + "."
}

// created returns a new token as the API shows it: first the properties that were sent,
// in their order, then those that were added.
func (t *Token) created(sent engine.JSON, typeSent string) engine.JSON {
	list := make([]any, len(t.Projects))
	for i, project := range t.Projects {
		list[i] = project
	}
	values := map[string]any{"tokenName": t.Name, "environment": t.Environment, "projects": list}
	if t.ExpiresAt != nil {
		values["expiresAt"] = iso(*t.ExpiresAt)
	}
	out := v8json.NewObject()
	if body, is := sent.Value().(*v8json.Object); is {
		for _, name := range body.Keys() {
			if value, kept := values[name]; kept {
				out.Set(name, value)
			}
		}
	}
	for _, name := range []string{"projects", "environment"} { // in case they were not sent
		out.Set(name, values[name])
	}
	out.Set("secret", t.Secret.Reveal())
	out.Set("type", typeSent)
	out.Set("alias", nil)
	out.Set("project", t.Projects[0])
	out.Set("createdAt", iso(t.CreatedAt))
	out.Set("secure", false)
	return v8json.Stringify(nil, out)
}

func iso(moment time.Time) string { return moment.UTC().Format("2006-01-02T15:04:05.000Z") }

type oneIn struct {
	Secret string `path:"token"`
}

type updateIn struct {
	oneIn
	ExpiresAt time.Time   `json:"expiresAt"`
	Sent      engine.JSON `body:""`
}

// update changes when a token expires. An unknown token is ignored (O).
func update(tx *engine.Tx, in updateIn) (out engine.Answer[engine.None], err error) {
	before := tokens.BySecret(tx, in.Secret)
	if before == nil {
		return out, nil
	}
	if err := mayChange(tx, "UPDATE", before.Type); err != nil {
		return out, err
	}
	if isNoDate(in.ExpiresAt, in.Sent) { // all other refusals of this operation come from the schema
		const at = "/body/expiresAt"
		return out, apierror.Invalid(apierror.Detail{
			Path: at, Message: fmt.Sprintf("The `%s` property must match format \"date-time\". You sent %s.", at, endIn(in.Sent)),
		})
	}
	after := *before
	after.ExpiresAt = &in.ExpiresAt
	return out, tokens.Update(tx, before, &after)
}

// remove deletes a token. An unknown token is ignored (O).
func remove(tx *engine.Tx, in oneIn) (out engine.Answer[engine.None], err error) {
	token := tokens.BySecret(tx, in.Secret)
	if token == nil {
		return out, nil
	}
	if err := mayChange(tx, "DELETE", token.Type); err != nil {
		return out, err
	}
	tokens.Delete(tx, token)
	return out, nil
}

type validateIn struct {
	Tokens []string `json:"tokens"`
}

type validToken struct {
	Token       string   `json:"token"`
	Type        string   `json:"type"`
	Projects    []string `json:"projects"`
	Environment string   `json:"environment"`
}

type validateOut struct {
	Tokens []validToken `json:"tokens"`
}

// validate returns the tokens that are valid, as Edge asks.
func validate(view *engine.View, in validateIn) (engine.Answer[validateOut], error) {
	out := validateOut{[]validToken{}}
	for _, secret := range in.Tokens {
		if token := valid(view, secret); token != nil {
			out.Tokens = append(out.Tokens, validToken{secret, typeName(token.Type), token.Projects, token.Environment})
		}
	}
	return engine.OK(out)
}
