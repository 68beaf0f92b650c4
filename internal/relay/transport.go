package relay

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// maxIdle is how many idle connections to a server are kept for reuse, and maxIdleTime is
// for how long. Node closes a connection that has been idle for 5 seconds, and a POST
// that is sent at that moment is lost, because it cannot be repeated.
const (
	maxIdle     = 512
	maxIdleTime = 4 * time.Second
)

// usualPatience is how long connecting may take by default.
const usualPatience = 30 * time.Second

// NewTransport returns a transport that connects to a server as a client would: it adds
// nothing to requests and unpacks no answers. It speaks HTTP/1.1, as Unleash does.
// patience is how long to wait for a connection, and for the beginning of an answer; 0
// means half a minute for the former and no limit for the latter. config may be nil.
func NewTransport(config *tls.Config, patience time.Duration) *http.Transport {
	if config = config.Clone(); config == nil {
		config = &tls.Config{}
	}
	config.NextProtos = []string{"http/1.1"}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	connecting := cmp.Or(patience, usualPatience)
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           lenient((&net.Dialer{Timeout: connecting, KeepAlive: 30 * time.Second}).DialContext),
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   connecting,
		ResponseHeaderTimeout: patience,
		IdleConnTimeout:       maxIdleTime,
		MaxIdleConns:          maxIdle,
		MaxIdleConnsPerHost:   maxIdle,
		DisableCompression:    true,
		Protocols:             protocols,
	}
}
