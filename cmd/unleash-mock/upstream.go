package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/pflag"
)

// tlsFlags say how the certificate of a real server is checked.
type tlsFlags struct {
	caFile   string
	insecure bool
}

func (t *tlsFlags) register(f *pflag.FlagSet) {
	f.StringVar(&t.caFile, "ca-file", "", "PEM file with certificate authorities to trust besides the system's")
	f.BoolVar(&t.insecure, "insecure", false, "do not check the server's certificate")
}

// config is Go's default unless a flag says otherwise.
func (t *tlsFlags) config() (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: t.insecure} //nolint:gosec // the user's own choice
	if t.caFile == "" {
		return config, nil
	}
	pem, err := readFile("--ca-file", t.caFile)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, usageError("--ca-file %s: it holds no PEM certificate", t.caFile)
	}
	config.RootCAs = roots
	return config, nil
}

// client returns an HTTP client of its own, whose idle connections the caller
// closes.
func (t *tlsFlags) client() (*http.Client, error) {
	config, err := t.config()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	return &http.Client{Transport: transport}, nil
}

// parseURL reads the URL of a server, base path included.
func parseURL(flag, value string) (*url.URL, error) {
	if value == "" {
		return nil, usageError("%s is missing", flag)
	}
	parsed, err := url.Parse(value)
	if err != nil {
		return nil, usageError("%s is no URL", flag) // the error repeats it, password included
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, usageError("%s %q is no http or https URL", flag, value)
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		return nil, usageError("%s %q has a query or a fragment", flag, value)
	}
	parsed.Path = strings.TrimRight(parsed.Path, "/")
	parsed.RawPath = strings.TrimRight(parsed.RawPath, "/")
	return parsed, nil
}
