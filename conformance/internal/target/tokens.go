package target

// Tokens are the credentials of those whom the suite acts as.
type Tokens struct{ Admin, Viewer, Backend, Frontend string }

// Actors are whom the suite can act as.
func Actors() []string { return []string{"admin", "viewer", "backend", "frontend"} }

// Of is the token of an actor, empty if there is none.
func (t *Tokens) Of(actor string) string {
	if token := t.field(actor); token != nil {
		return *token
	}
	return ""
}

// Fill takes the tokens of others for those that are missing.
func (t *Tokens) Fill(others Tokens) {
	for _, actor := range Actors() {
		if token := t.field(actor); *token == "" {
			*token = others.Of(actor)
		}
	}
}

// With is a copy in which an actor has another token.
func (t Tokens) With(actor, token string) Tokens {
	*t.field(actor) = token
	return t
}

func (t *Tokens) field(actor string) *string {
	switch actor {
	case "admin":
		return &t.Admin
	case "viewer":
		return &t.Viewer
	case "backend":
		return &t.Backend
	case "frontend":
		return &t.Frontend
	}
	return nil
}
