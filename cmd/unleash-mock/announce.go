package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// documented counts the operations that come from the document, without probes that the mock adds.
func documented(served *spec.Contract) int {
	count := 0
	for _, operation := range served.Operations() {
		if operation.Grade == openapi.GradeExample {
			count++
		}
	}
	return count
}

// announce prints where the mock listens, the built-in tokens and a command to try.
func (p *program) announce(address net.Addr, s *serving) {
	flags, configured, served := s.flags, s.configured, s.served
	base := flags.servedAt(address)
	var out strings.Builder
	fmt.Fprintf(&out, "unleash-mock %s listens on %s\n", productVersion(), base)
	if served.Foreign() {
		fmt.Fprintf(&out, "  operations       %d of %s %s\n", documented(served), visible.Line(served.Title()), visible.Line(served.Version()))
		fmt.Fprintf(&out, "  of a workspace   %s/w/<name>/\n", base)
	} else {
		for _, sdk := range sdks {
			fmt.Fprintf(&out, "  %-16s %s%s\n", sdk.label, base+sdk.path, sdk.token(flags, configured))
		}
		fmt.Fprintf(&out, "  of a workspace   %s/w/<name>%s, %s/w/<name>%s\n", base, sdks[0].path, base, sdks[1].path)
	}
	fmt.Fprintf(&out, "  API explorer     %s/docs/openapi/\n", base)
	if s.access.page {
		fmt.Fprintf(&out, "  live page        %s%s\n", base, mockserver.ControlPath)
	}
	fmt.Fprintf(&out, "  control API      %s\n", s.access.said)
	if flags.store != "" {
		fmt.Fprintf(&out, "  workspaces in    %s\n", flags.storeFlags.shown())
	}
	if flags.from != "" {
		fmt.Fprintf(&out, "  flags of         %s\n", flags.from)
	}
	if len(flags.replay) > 0 {
		fmt.Fprintf(&out, "  replay           %s\n", s.mock.Replay())
	}
	if flags.seed == "" {
		for _, token := range mockserver.DefaultTokens() {
			if !configured.replaces(token) && !isOfSDKs(token) {
				fmt.Fprintf(&out, "  %-16s %s\n", token.Label, shownToken(token))
			}
		}
	}
	for _, tokenType := range tokenTypes {
		if count := len(configured[tokenType]); count > 0 {
			fmt.Fprintf(&out, "  %-16s %d from %s\n", tokenType+" token", count, tokenVariables[tokenType])
		}
	}
	if command := s.toTry(base); command != "" {
		fmt.Fprintf(&out, "Try it:\n  %s %s\n", flags.curl(), command)
	}
	said := p.stdout
	if flags.run != "" {
		said = p.stderr // standard output belongs to the command
	}
	_, _ = io.WriteString(said, out.String())
}

// sdk is a kind of SDK: the path of the URL that it takes, and the kind of its tokens.
type sdk struct {
	label, path string
	kind        spec.TokenKind
}

var sdks = []sdk{
	{"server SDKs", "/api", spec.BackendToken},
	{"browser SDKs", "/api/frontend", spec.FrontendToken},
}

// token returns the built-in token that these SDKs can use, worded for the announcement; empty if
// a seed or the environment replaces it, or if an upstream answers SDKs.
func (s sdk) token(flags *serveFlags, configured apiTokens) string {
	if flags.upstream != "" {
		return ""
	}
	for _, token := range mockserver.DefaultTokens() {
		if token.Kind == s.kind && flags.seed == "" && !configured.replaces(token) {
			return ", token " + token.Secret
		}
	}
	return ""
}

// isOfSDKs reports whether a token is shown next to the URL for SDKs.
func isOfSDKs(token mockserver.Token) bool {
	return slices.ContainsFunc(sdks, func(s sdk) bool { return token.Kind == s.kind })
}

// replaces reports whether tokens of the environment replace one of the built-in seed.
func (c apiTokens) replaces(token mockserver.Token) bool {
	return c[token.Kind] != nil
}

func shownToken(token mockserver.Token) string {
	if token.Note == "" {
		return token.Secret
	}
	return token.Secret + " (" + token.Note + ")"
}

// toTry returns arguments of curl that show what the mock does: it sets a flag or, where flags
// cannot be set, asks for a list or the health. It is empty if a document has no such list.
func (s *serving) toTry(base string) string {
	switch {
	case s.served.Foreign():
		first := firstList(s.served)
		if first == nil {
			return ""
		}
		return quoted(base+first.Path) + credential(first, s.flags.seed == "" && s.configured[spec.AdminToken] == nil)
	case s.access.page && s.flags.upstream == "":
		return "-X PATCH " + base + mockserver.ControlPath + "flags/checkout" + s.access.header +
			` -H 'Content-Type: application/json' -d '{"enabled": true}'`
	}
	return base + "/health"
}

// firstList returns the first operation of another API's document that can be tried as it is: a
// GET without required parameters. It returns nil if there is none.
func firstList(served *spec.Contract) *spec.Operation {
	for _, operation := range served.Operations() {
		if operation.Method == http.MethodGet && len(operation.PathParameters()) == 0 && !slices.ContainsFunc(operation.Parameters(), isRequired) {
			return operation
		}
	}
	return nil
}

func isRequired(p *spec.Parameter) bool { return p.Required }

// credential returns the arguments with which curl sends the built-in admin token to an operation
// of another API. It is empty if the built-in token is replaced, if the operation takes none, or
// if its document does not name a single scheme for it.
func credential(operation *spec.Operation, builtIn bool) string {
	if !builtIn || operation.Public || len(operation.Security) == 0 || len(operation.Security[0]) != 1 {
		return ""
	}
	scheme, token := operation.Security[0][0], mockserver.DefaultTokens()[0].Secret
	switch {
	case scheme.Type == "apiKey" && scheme.In == "header":
		return " -H " + quoted(scheme.Name+": "+token)
	case scheme.Type == "apiKey" && scheme.In == "cookie":
		return " -b " + quoted(scheme.Name+"="+token)
	case scheme.Type == "apiKey":
		return " -G --data-urlencode " + quoted(scheme.Name+"="+token)
	case scheme.Type == "http" && strings.EqualFold(scheme.HTTP, "basic"):
		return fmt.Sprintf(" -u '%s'", token)
	}
	return fmt.Sprintf(" -H 'Authorization: Bearer %s'", token)
}

// quoted quotes a text from a document as a single word for a shell, on one line.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(visible.Line(text), "'", `'\''`) + "'"
}
