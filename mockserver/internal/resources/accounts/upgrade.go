package accounts

import (
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// section is the part of a snapshot that contains API tokens.
const section = "apiTokens"

// upgrade moves personal access tokens to their users. In version 1 of snapshots they
// were among the API tokens.
func upgrade(snapshot *v8json.Object, from int) {
	if from != 1 {
		return
	}
	byID := map[any]*v8json.Object{}
	for _, user := range engine.Rows(snapshot, users.Name) {
		id, _ := user.Get("id")
		byID[id] = user
	}
	kept := []any{}
	for _, token := range engine.Rows(snapshot, section) {
		owner, _ := token.Get("userId")
		user := byID[owner]
		if engine.TextIn(token, "type") != "personal" || user == nil {
			kept = append(kept, token) // a personal one is refused there
			continue
		}
		before, _ := user.Get(personalTokens.Parent.Nested)
		list, _ := before.([]any)
		digest, _ := token.Get("digest")
		moved := v8json.NewObject()
		moved.Set("digest", digest)
		user.Set(personalTokens.Parent.Nested, append(list, moved))
	}
	snapshot.Set(section, kept)
}
