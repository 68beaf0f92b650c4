package pipeline

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/foreign"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// This file handles documents that are not Unleash's: their security schemes, and bodies
// of any media type.

// maxForeign is the largest body of an operation of a foreign document, in bytes. It is
// also the amount for which memory is reserved.
const maxForeign = bodyparser.Limit

// readForeign reads a body of any media type.
func (x *exchange) readForeign() *apierror.Error {
	read, failed := foreign.Read(x.request, maxForeign)
	x.body = read
	if failed != nil {
		return apierror.BodyParser(failed.Status, failed.Message)
	}
	return nil
}

// authenticateForeign enforces the security requirements of the document: for all schemes
// in one of its lists, the request must have a known token.
func (x *exchange) authenticateForeign() *apierror.Error {
	if x.operation == nil || x.operation.Public || len(x.operation.Security) == 0 {
		return nil
	}
	for _, schemes := range x.operation.Security {
		if !slices.ContainsFunc(schemes, func(scheme *openapi.Scheme) bool { return !x.satisfies(scheme) }) {
			return nil
		}
	}
	return apierror.Unauthorized()
}

// satisfies reports whether a request has a known token where a scheme expects it.
// Schemes outside the request, such as client certificates, count as satisfied.
func (x *exchange) satisfies(scheme *openapi.Scheme) bool {
	switch {
	case scheme.Type == "apiKey" && scheme.In == "header":
		return x.knows(x.request.Header.Get(scheme.Name)) ||
			strings.EqualFold(scheme.Name, "Authorization") && x.knows(tokenOf(x.request.Header, true)) // many such documents mean a bearer
	case scheme.Type == "apiKey" && scheme.In == "query":
		return x.knows(x.queryText(scheme.Name))
	case scheme.Type == "apiKey" && scheme.In == "cookie":
		cookie, err := x.request.Cookie(scheme.Name)
		return err == nil && x.knows(httpx.Unescape(cookie.Value))
	case scheme.Type == "http" && strings.EqualFold(scheme.HTTP, "basic"):
		user, password, sent := x.request.BasicAuth()
		whole := strings.TrimSuffix(user+":"+password, ":") // a token of Unleash looks like user:password; curl -u TOKEN: adds a colon
		return sent && (x.knows(password) || x.knows(user) || x.knows(whole))
	case scheme.Type == "http" && !strings.EqualFold(scheme.HTTP, "bearer"):
		return x.knows(credentialOf(x.request.Header, scheme.HTTP))
	case scheme.Type == "http", scheme.Type == "oauth2", scheme.Type == "openIdConnect":
		return x.knows(tokenOf(x.request.Header, true))
	}
	return true
}

// credentialOf returns the credential in the header Authorization if it is for this
// scheme: the user name for digest, everything after the name for other schemes.
func credentialOf(header http.Header, scheme string) string {
	name, credential, _ := strings.Cut(strings.TrimSpace(header.Get("Authorization")), " ")
	if !strings.EqualFold(name, scheme) {
		return ""
	}
	if strings.EqualFold(scheme, "digest") {
		user := digestUser.FindStringSubmatch(credential)
		if user == nil {
			return ""
		}
		return user[1]
	}
	return strings.TrimSpace(credential)
}

// digestUser matches the user name in digest credentials.
var digestUser = regexp.MustCompile(`(?i)(?:^|[\s,])username="([^"\\]*)"`)

// knows reports whether a token of any kind is known. If it is, the request is made by
// the token's owner.
func (x *exchange) knows(token string) bool {
	if token == "" {
		return false
	}
	x.asked.Now = x.now
	x.view.Open(x.instance.Store, &x.asked)
	for _, credential := range x.Credentials {
		if identity, known := credential.Identify(&x.view, token); known {
			x.identity = identity
			return true
		}
	}
	if x.identity.Kind == engine.Nobody {
		x.identity.Kind = engine.UnknownToken
	}
	return false
}

// demandForeignType requires that a body has one of the media types in the document.
func (x *exchange) demandForeignType() *apierror.Error {
	body := x.operation.Body()
	if body == nil || len(x.body.Sent) == 0 && x.request.Header.Get("Content-Type") == "" {
		return nil
	}
	if x.content = body.Accept(x.request.Header.Get("Content-Type")); x.content == nil {
		types := make([]string, len(body.Contents))
		for i, content := range body.Contents {
			types[i] = content.MediaType
		}
		return apierror.ContentType(latin1(x.request.Header.Get("Content-Type")), types...)
	}
	return nil
}

// validateForeign checks a body by the schema of its media type.
func (x *exchange) validateForeign() *apierror.Error {
	body := x.operation.Body()
	switch {
	case body == nil:
		return nil
	case len(x.body.Sent) == 0 && !body.Required:
		return nil
	case len(x.body.Sent) == 0:
		failure := spec.Failure{In: "body", Keyword: "required", Reason: "the body is missing"}
		x.violate(traffic.ToServer, traffic.Refused, 0, []spec.Failure{failure})
		return apierror.BodyParser(http.StatusBadRequest, "request body is missing")
	case x.content == nil:
		return nil
	}
	failures := foreign.Check(x.content, x.request.Header.Get("Content-Type"), &x.body)
	if len(failures) == 0 {
		return nil
	}
	x.violate(traffic.ToServer, traffic.Refused, 0, failures)
	return apierror.Invalid(ajv.Details(failures[0], x.sentValue)...)
}
