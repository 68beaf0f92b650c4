package seed

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

// references checks what the schema cannot say: ids, names and secrets that
// must be unique, tokens and users that must exist, times that must parse.
func (c *checker) references(parsed *file) {
	users, secrets := c.users(parsed)
	tokens := c.endpoints(parsed, users, secrets)
	c.signals(parsed, tokens)
	c.json([]string{"invoices"}, parsed.Invoices)
	c.json([]string{"detailedInvoices"}, parsed.Detailed)
	c.scenarios(parsed)
}

// scenarios reads the rules, and complains at the field that is wrong.
func (c *checker) scenarios(parsed *file) {
	for i, source := range parsed.Scenarios {
		at := []string{"scenarios", strconv.Itoa(i)}
		text, err := toJSON(source)
		if err != nil {
			c.complain(at, "%v", err)
			continue
		}
		rule, err := scenario.Parse(text)
		var wrong *scenario.Problem
		switch {
		case errors.As(err, &wrong):
			if wrong.Pointer != "" {
				at = append(at, strings.Split(wrong.Pointer[1:], "/")...)
			}
			c.complain(at, "%s", wrong.Message)
		case err != nil:
			c.complain(at, "%v", err)
		default:
			parsed.rules = append(parsed.rules, rule)
		}
	}
}

// json complains about what cannot be written as JSON.
func (c *checker) json(at []string, value any) {
	if _, err := toJSON(value); err != nil {
		c.complain(at, "%v", err)
	}
}

// once complains about a second use of a value.
func once[K comparable](c *checker, seen map[K]bool, key K, path []string, format string, args ...any) {
	if seen[key] {
		c.complain(path, format, args...)
	}
	seen[key] = true
}

func (c *checker) users(parsed *file) (ids map[int64]bool, secrets map[string]bool) {
	ids, secrets = map[int64]bool{}, map[string]bool{}
	for i, user := range parsed.Users {
		at := []string{"users", strconv.Itoa(i)}
		once(c, ids, user.ID, append(at, "id"), "the user id %d is used twice", user.ID)
		for j, secret := range user.Tokens {
			once(c, secrets, secret, append(at, "tokens", strconv.Itoa(j)), "the secret is used twice")
		}
	}
	for i, token := range parsed.APITokens {
		once(c, secrets, token.Secret, []string{"apiTokens", strconv.Itoa(i), "secret"}, "the secret is used twice")
	}
	return ids, secrets
}

// endpoints returns the endpoint that each token id belongs to.
func (c *checker) endpoints(parsed *file, users map[int64]bool, secrets map[string]bool) map[int64]int64 {
	ids, names, tokens, owners := map[int64]bool{}, map[string]bool{}, map[int64]bool{}, map[int64]int64{}
	for i, endpoint := range parsed.Endpoints {
		at := []string{"endpoints", strconv.Itoa(i)}
		once(c, ids, endpoint.ID, append(at, "id"), "the endpoint id %d is used twice", endpoint.ID)
		once(c, names, endpoint.Name, append(at, "name"), "the endpoint name %q is used twice", endpoint.Name)
		c.time(at, endpoint.CreatedAt)
		c.creator(at, endpoint.CreatedByUserID, users)
		for j, token := range endpoint.Tokens {
			at := append(at, "tokens", strconv.Itoa(j))
			once(c, tokens, token.ID, append(at, "id"), "the token id %d is used twice", token.ID)
			once(c, secrets, token.Secret, append(at, "secret"), "the secret is used twice")
			c.time(at, token.CreatedAt)
			c.creator(at, token.CreatedByUserID, users)
			owners[token.ID] = endpoint.ID
		}
	}
	return owners
}

func (c *checker) signals(parsed *file, tokens map[int64]int64) {
	ids := map[int64]bool{}
	for i, signal := range parsed.Signals {
		at := []string{"signals", strconv.Itoa(i)}
		id := signal.ID
		if id == 0 {
			id = int64(i) + 1
		}
		once(c, ids, id, append(at, "id"), "the signal id %d is used twice", id)
		c.time(at, signal.CreatedAt)
		c.json(append(at, "payload"), signal.Payload)
		if signal.TokenID == nil {
			continue
		}
		if owner, exists := tokens[*signal.TokenID]; exists && owner != signal.SourceID {
			c.complain(append(at, "tokenId"), "token %d belongs to endpoint %d, not to %d", *signal.TokenID, owner, signal.SourceID)
		}
	}
}

func (c *checker) time(at []string, text string) {
	if _, err := parseMoment(text, time.Time{}); err != nil {
		c.complain(append(at, "createdAt"), "%v", err)
	}
}

func (c *checker) creator(at []string, id *int64, users map[int64]bool) {
	if id != nil && *id > 0 && !users[*id] {
		c.complain(append(at, "createdByUserId"), "no user has the id %d", *id)
	}
}
