package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/spec"
)

// announce prints where the mock listens, the built-in tokens and a line to try.
func (p *program) announce(address net.Addr, flags *serveFlags, configured apiTokens, access controlAccess, mock *mockserver.Server) {
	base := "http://" + reachable(address.String()) + "/" + strings.Trim(flags.basePath, "/")
	base = strings.TrimRight(base, "/")
	var out strings.Builder
	fmt.Fprintf(&out, "unleash-mock %s listens on %s\n", productVersion(), base)
	fmt.Fprintf(&out, "  API explorer     %s/docs/openapi/\n", base)
	if access.page {
		fmt.Fprintf(&out, "  live page        %s%s\n", base, mockserver.ControlPath)
	}
	fmt.Fprintf(&out, "  control API      %s\n", access.said)
	if len(flags.replay) > 0 {
		fmt.Fprintf(&out, "  replay           %s\n", mock.Replay())
	}
	if flags.seed == "" {
		for _, token := range mockserver.DefaultTokens() {
			if !configured.replaces(token) {
				fmt.Fprintf(&out, "  %-16s %s\n", token.Label, shownToken(token))
			}
		}
	}
	for _, tokenType := range tokenTypes {
		if count := len(configured[tokenType]); count > 0 {
			fmt.Fprintf(&out, "  %-16s %d from %s\n", string(tokenType)+" token", count, tokenVariables[tokenType])
		}
	}
	if flags.seed == "" && configured[spec.AdminToken] == nil && flags.edition == string(spec.Enterprise) {
		fmt.Fprintf(&out, "Try it:\n  curl %s%s -H 'Authorization: %s'\n", base, firstList(), mockserver.DefaultTokens()[0].Secret)
	} else {
		fmt.Fprintf(&out, "Try it:\n  curl %s/health\n", base)
	}
	_, _ = io.WriteString(p.stdout, out.String())
}

// replaces reports whether the environment has tokens in the place of one of the
// built-in seed.
func (c apiTokens) replaces(token mockserver.Token) bool {
	tokenType, isAPIToken := strings.CutSuffix(token.Label, " token")
	return isAPIToken && c[spec.TokenKind(tokenType)] != nil
}

func shownToken(token mockserver.Token) string {
	if token.Note == "" {
		return token.Secret
	}
	return token.Secret + " (" + token.Note + ")"
}

// firstList is the path of the first operation that anybody can try.
func firstList() string {
	for _, operation := range spec.Default().Operations() {
		if operation.Method == http.MethodGet && len(operation.PathParameters()) == 0 {
			return operation.Path
		}
	}
	return "/health"
}
