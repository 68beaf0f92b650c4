package httpx

import (
	"errors"
	"net/url"
	"strings"
)

// ParseOrigin reads the origin of web pages, such as http://localhost:3000, and returns
// it in the form that browsers send in the header Origin.
func ParseOrigin(text string) (string, error) {
	parsed, err := url.Parse(text)
	switch {
	case text == "null":
		return "", errors.New("any page can have the origin null")
	case err != nil || parsed.Scheme == "" || parsed.Host == "" || parsed.Hostname() == "":
		return "", errors.New("it is not an origin such as http://localhost:3000")
	case parsed.User != nil || strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		return "", errors.New("an origin is a scheme, a host and a port, and nothing else")
	case strings.ContainsFunc(parsed.Host, func(c rune) bool { return c > '~' || c == '*' }):
		return "", errors.New("the host of an origin must be in ASCII and name a single host")
	}
	scheme, host := strings.ToLower(parsed.Scheme), strings.ToLower(parsed.Host)
	return scheme + "://" + strings.TrimSuffix(host, defaultPorts[scheme]), nil
}

// defaultPorts are the ports that browsers omit from an origin.
var defaultPorts = map[string]string{"http": ":80", "https": ":443"}
