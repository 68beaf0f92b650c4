package target

// Tokens are the credentials of the actors.
type Tokens struct{ Admin, Viewer, Backend, Frontend string }

// Actors returns the actors that the suite can act as.
func Actors() []string { return []string{"admin", "viewer", "backend", "frontend"} }

// Of returns the token of an actor, or an empty string.
func (t *Tokens) Of(actor string) string {
	if token := t.field(actor); token != nil {
		return *token
	}
	return ""
}

// Fill fills in missing tokens from others.
func (t *Tokens) Fill(others Tokens) {
	for _, actor := range Actors() {
		if token := t.field(actor); *token == "" {
			*token = others.Of(actor)
		}
	}
}

// With returns a copy with another token for an actor.
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
