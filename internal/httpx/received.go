package httpx

import (
	"net"
	"net/http"
)

// Host returns the host that the client requested or, if HTTP/1.0 sends none, the address at
// which the request arrived.
func Host(r *http.Request) string {
	if address, is := r.Context().Value(http.LocalAddrContextKey).(net.Addr); is && r.Host == "" {
		return address.String()
	}
	return r.Host
}

// Proto returns the version of HTTP if it is unusual, else an empty string.
func Proto(r *http.Request) string {
	if r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		return "HTTP/1.0"
	}
	return ""
}
