package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// httpsFlags are the flags that make a server use HTTPS.
type httpsFlags struct {
	own     bool
	cert    string
	key     string
	certOut string

	config *tls.Config // nil for HTTP; set by readCertificate
}

// httpsVariables are the environment variables of the flags, by flag.
var httpsVariables = map[string]string{
	"tls":          "UNLEASH_MOCK_TLS",
	"tls-cert":     "UNLEASH_MOCK_TLS_CERT",
	"tls-key":      "UNLEASH_MOCK_TLS_KEY",
	"tls-cert-out": "UNLEASH_MOCK_TLS_CERT_OUT",
}

func (h *httpsFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&h.own, "tls", false, "serve HTTPS, with a certificate generated at startup for localhost, this host and the host of --listen")
	f.StringVar(&h.cert, "tls-cert", "", "serve HTTPS with the certificate in this PEM file, followed by any intermediate ones")
	f.StringVar(&h.key, "tls-key", "", "PEM file with the key of --tls-cert, if it is in a separate file")
	f.StringVar(&h.certOut, "tls-cert-out", "", "write the certificate of --tls to this PEM file, for clients to trust")
}

// readCertificate reads or generates the certificate of a server that listens on an address.
func (h *httpsFlags) readCertificate(ctx context.Context, address string) error {
	switch {
	case h.own && h.cert != "":
		return usageError("--tls makes a certificate, --tls-cert reads one: give only one of them")
	case h.key != "" && h.cert == "":
		return usageError("--tls-key needs --tls-cert")
	case h.certOut != "" && !h.own:
		return usageError("--tls-cert-out needs --tls")
	case !mayReplace(h.certOut, isOwnCertificate):
		return foreignError("tls-cert-out", h.certOut)
	}
	var certificate tls.Certificate
	var err error
	switch {
	case h.cert != "":
		certificate, err = readPair(ctx, "tls", h.cert, h.key)
	case h.own:
		host, _, _ := net.SplitHostPort(address) // known to be a host and a port
		certificate, err = selfSigned(host, time.Now())
	default:
		return nil
	}
	if err != nil {
		return err
	}
	h.config = &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	return nil
}

// maker is the subject of the certificates of --tls.
const maker = "unleash-mock"

// isOwnCertificate reports whether a text is nothing but a certificate of --tls.
func isOwnCertificate(text []byte) bool {
	block, rest := pem.Decode(text)
	if block == nil || len(rest) > 0 {
		return false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	return err == nil && certificate.Subject.CommonName == maker
}

// writeCertificate writes the certificate to a file, if one is named.
func (h *httpsFlags) writeCertificate(ctx context.Context) error {
	if h.certOut == "" {
		return nil
	}
	err := writeFile(ctx, h.certOut, outfile.Shared, func(w io.Writer) error {
		return pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: h.config.Certificates[0].Certificate[0]})
	})
	if err != nil {
		return outputError("tls-cert-out", err)
	}
	return nil
}

func (h *httpsFlags) scheme() string {
	if h.config == nil {
		return "http"
	}
	return "https"
}

// over wraps a listener so that its connections use TLS, if a flag asks for HTTPS.
func (h *httpsFlags) over(listener net.Listener) net.Listener {
	if h.config == nil {
		return listener
	}
	return tls.NewListener(listener, h.config)
}

// curl returns the curl command with the option it needs to accept the server's certificate.
func (h *httpsFlags) curl() string {
	switch {
	case h.certOut != "":
		return "curl --cacert " + h.certOut
	case h.own:
		return "curl --insecure"
	}
	return "curl"
}

// https reports whether the environment makes a server use HTTPS.
func (e environment) https() bool {
	own, _ := strconv.ParseBool(e.text(httpsVariables["tls"], ""))
	return own || e.text(httpsVariables["tls-cert"], "") != ""
}

// readPair reads a certificate and its key, which may be in the same file. The flags that name
// them are --<prefix>-cert and --<prefix>-key.
func readPair(ctx context.Context, prefix, certFile, keyFile string) (tls.Certificate, error) {
	certificate, err := readFile(ctx, "--"+prefix+"-cert", certFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, files := certificate, "--"+prefix+"-cert "+certFile
	if keyFile != "" {
		if key, err = readFile(ctx, "--"+prefix+"-key", keyFile); err != nil {
			return tls.Certificate{}, err
		}
		files += " with --" + prefix + "-key " + keyFile
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil && keyFile == "" && !bytes.Contains(certificate, []byte("PRIVATE KEY")) {
		return tls.Certificate{}, usageError("%s: it has no key; name the file with its key with --%s-key", files, prefix)
	}
	if err != nil {
		return tls.Certificate{}, usageError("%s: %w", files, err)
	}
	return pair, nil
}

// ownValidity is how long a certificate of --tls is valid: longer than any test runs, and the
// longest that browsers accept.
const ownValidity = 397 * 24 * time.Hour

// selfSigned generates a certificate for the names by which a host reaches itself, and for the
// host to listen on. It leaves out names that a certificate cannot contain.
func selfSigned(host string, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, toolError("making a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return tls.Certificate{}, toolError("making a certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), // 0 is not a valid serial number
		Subject:      pkix.Name{CommonName: maker},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.Add(ownValidity),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:         true, // clients trust the certificate itself

		BasicConstraintsValid: true,
	}
	machine, _ := os.Hostname() // a host may have no name
	for _, name := range []string{"localhost", "127.0.0.1", "::1", machine, host} {
		switch ip := net.ParseIP(name); {
		case ip != nil && !ip.IsUnspecified() && !slices.ContainsFunc(template.IPAddresses, ip.Equal):
			template.IPAddresses = append(template.IPAddresses, ip)
		case ip == nil && hostName.MatchString(name) && !slices.Contains(template.DNSNames, name):
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, toolError("making a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key}, nil
}
