package httpx

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// ParseURL is url.Parse with errors that repeat nothing of the URL, since it may contain a password.
func ParseURL(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	var broken *url.Error
	if errors.As(err, &broken) {
		reason, _, _ := strings.Cut(broken.Err.Error(), `"`) // what is quoted is a part of the URL
		return nil, fmt.Errorf("it is not a URL: %s", strings.TrimSpace(reason))
	}
	return parsed, err
}

// ParseServer reads the URL at which a server is reached, base path included, and removes
// trailing slashes. Errors never repeat the URL, since it may contain a password.
func ParseServer(text string) (*url.URL, error) {
	parsed, err := ParseURL(text)
	switch {
	case err != nil && strings.Contains(text, "://"):
		return nil, err
	case err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "":
		return nil, errors.New("it must be a URL such as https://unleash.example.com, with http or https")
	case parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		return nil, errors.New("it must be a URL without a query or fragment")
	}
	if port := parsed.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, errors.New("its port is not a number from 0 to 65535")
		}
	}
	parsed.Path = strings.TrimRight(parsed.Path, "/")
	parsed.RawPath = strings.TrimRight(parsed.RawPath, "/")
	return parsed, nil
}

// sdkPaths are the paths that URLs for SDKs and scripts append to an instance's URL,
// longest first.
var sdkPaths = []string{"/api/client/features", "/api/frontend", "/api/client", "/api/admin", "/api"}

// Instance returns the URL of the instance to which an SDK's URL belongs, without a
// trailing slash. It keeps only scheme, host and path. found reports whether it removed
// an SDK path.
func Instance(at *url.URL) (instance *url.URL, found bool) {
	path := strings.TrimRight(at.Path, "/")
	for _, suffix := range sdkPaths {
		before, cut := strings.CutSuffix(path, suffix)
		if cut {
			path, found = strings.TrimRight(before, "/"), true
			break
		}
	}
	return &url.URL{Scheme: at.Scheme, Host: at.Host, Path: path}, found
}

// IsLoopback reports whether the address or the name of a host, with or without a port,
// is a loopback one.
func IsLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
