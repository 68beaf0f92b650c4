package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// SpeaksHTTP reports whether a server answered with http where https was expected. The error is
// that of a transport, or of a client, which has its own.
func SpeaksHTTP(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" || errors.Is(err, http.ErrSchemeMismatch)
}

// Advice returns what helps against an error of a client, after a semicolon; it is empty if that is not known.
func Advice(err error) string {
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &unknown):
		return "; name the authority's certificate with --ca-file"
	case SpeaksHTTP(err):
		return "; the target speaks http, not https"
	}
	return ""
}

// wantTLS are what servers say to a request with http at a port for https: Go's, nginx and Apache.
var wantTLS = []string{
	"HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled server port",
}

// WantsTLS reports whether an answer to a request with http comes from a port for https.
func WantsTLS(status int, body string) bool {
	return status == http.StatusBadRequest && slices.ContainsFunc(wantTLS, func(said string) bool { return strings.Contains(body, said) })
}
