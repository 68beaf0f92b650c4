package reads

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// credential is a token and where an operation expects it.
type credential struct {
	token, actor string // empty for none
	schemes      []*openapi.Scheme
}

// credential returns the credential for an operation, or why the operation is not called.
func (r *Run) credential(operation *spec.Operation) (c credential, reason string) {
	c.actor = r.actor(operation)
	c.token = r.Tokens.Of(c.actor)
	demanded := operation.Security
	optional := operation.Public || len(demanded) == 0
	if r.Unleash != nil {
		optional = r.Unleash.Find(operation.Method, operation.Path).Public
	}
	if c.token == "" {
		if optional {
			return credential{}, ""
		}
		return credential{}, "it requires a token, and none that it accepts was given"
	}
	for _, schemes := range demanded {
		if len(schemes) > 0 && !slices.ContainsFunc(schemes, func(scheme *openapi.Scheme) bool { return placeOf(scheme) == nil }) {
			c.schemes = schemes
			return c, ""
		}
	}
	switch {
	case len(demanded) > 0 && !optional:
		return credential{}, "it requires a security scheme that a token cannot satisfy: " + demanded[0][0].HTTP
	case operation.Public:
		return credential{}, ""
	}
	c.schemes = []*openapi.Scheme{{Type: "apiKey", In: "header", Name: "Authorization"}} // as in Unleash
	return c, ""
}

// actor returns whose token an operation gets, or an empty string for none.
func (r *Run) actor(operation *spec.Operation) string {
	if r.Unleash == nil {
		return "admin"
	}
	known := r.Unleash.Find(operation.Method, operation.Path)
	if known.Public {
		return ""
	}
	return r.Tokens.For(known)
}

func (c credential) put(request *target.Request) {
	request.Actor = c.actor
	for _, scheme := range c.schemes {
		placeOf(scheme)(request, scheme, c.token)
	}
}

// place puts a token where a scheme expects it.
type place func(request *target.Request, scheme *openapi.Scheme, token string)

// placeOf returns how to send a token for a scheme. It returns nil if a token alone does not
// satisfy the scheme.
func placeOf(scheme *openapi.Scheme) place {
	name := scheme.Type
	switch scheme.Type {
	case "apiKey":
		name = scheme.In
	case "http":
		name = strings.ToLower(scheme.HTTP)
	}
	return map[string]place{
		"header": inHeader, "query": inQuery, "cookie": inCookie, "basic": basic, "bearer": bearer,
		"oauth2": bearer, "openIdConnect": bearer, "mutualTLS": nowhere,
	}[name]
}

func inHeader(request *target.Request, scheme *openapi.Scheme, token string) {
	request.Header.Set(scheme.Name, token)
}

func inQuery(request *target.Request, scheme *openapi.Scheme, token string) {
	addQuery(request, url.QueryEscape(scheme.Name)+"="+url.QueryEscape(token))
}

func inCookie(request *target.Request, scheme *openapi.Scheme, token string) {
	addCookie(request, scheme.Name+"="+cookieEscape(token))
}

func bearer(request *target.Request, _ *openapi.Scheme, token string) {
	request.Header.Set("Authorization", "Bearer "+token)
}

// basic sends user:password. A token without a colon is the password.
func basic(request *target.Request, _ *openapi.Scheme, token string) {
	if !strings.Contains(token, ":") {
		token = ":" + token
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(token)))
}

// nowhere is for credentials that belong to the connection, such as a certificate.
func nowhere(*target.Request, *openapi.Scheme, string) {}

func addQuery(request *target.Request, part string) {
	separator := "?"
	if strings.Contains(request.Path, "?") {
		separator = "&"
	}
	request.Path += separator + part
}

// cookieEscape escapes the value of a cookie so that servers decode it alike, whether as part of a
// path or of a form.
func cookieEscape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func addCookie(request *target.Request, pair string) {
	if earlier := request.Header.Get("Cookie"); earlier != "" {
		pair = earlier + "; " + pair
	}
	request.Header = request.Header.Clone()
	request.Header.Set("Cookie", pair)
}

// blank returns a GET request for a path.
func blank(path string) target.Request {
	return target.Request{Method: http.MethodGet, Path: path, Header: http.Header{}}
}
