package respond

import (
	"cmp"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// supported are the encodings that the server writes. Among encodings that a client
// accepts equally, the ranked ones win; they are listed first.
var supported = []struct {
	name string
	rank int
}{{"br", 1}, {"gzip", 2}, {"deflate", unranked}, {identity, unranked}}

const (
	identity = "identity"
	unranked = math.MaxInt
)

// acceptance is an entry of an Accept-Encoding header, or what an entry says about an
// encoding, by name or with a star.
type acceptance struct {
	name    string
	quality float64
	at      int
	exact   bool
	rank    int
}

// negotiate picks the content encoding; empty for none.
func negotiate(r *http.Request, size int) string {
	values := r.Header["Accept-Encoding"]
	if len(values) == 0 || size < threshold || r.Method == http.MethodHead {
		return ""
	}
	header := strings.Join(values, ", ")
	if header == "" {
		return ""
	}
	accepted := acceptances(header)
	var choices []acceptance
	for _, encoding := range supported {
		choice := acceptanceOf(encoding.name, accepted)
		choice.name, choice.rank = encoding.name, encoding.rank
		if choice.quality > 0 {
			choices = append(choices, choice)
		}
	}
	if len(choices) == 0 {
		return ""
	}
	best := slices.MinFunc(choices, better)
	if best.name == identity {
		return ""
	}
	return best.name
}

// better orders encodings by the client's quality, then the server's rank, then by how
// precisely and how early the client names them.
func better(a, b acceptance) int {
	if order := cmp.Or(cmp.Compare(b.quality, a.quality), cmp.Compare(a.rank, b.rank)); order != 0 {
		return order
	}
	if a.exact != b.exact {
		if a.exact {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.at, b.at)
}

var entryPattern = regexp.MustCompile(`^([^\s;]+)\s*(?:;(.*))?$`)

// acceptances reads an Accept-Encoding header. If it does not name identity, that gets
// the lowest quality of the others.
func acceptances(header string) []acceptance {
	var out []acceptance
	lowest, named, count := 1.0, false, 0
	for entry := range strings.SplitSeq(header, ",") {
		if found := entryPattern.FindStringSubmatch(strings.TrimSpace(entry)); found != nil {
			quality := qualityIn(found[2])
			out = append(out, acceptance{name: found[1], quality: quality, at: count})
			named = named || found[1] == "*" || strings.EqualFold(found[1], identity)
			if quality != 0 && quality < lowest {
				lowest = quality
			}
		}
		count++
	}
	if !named {
		out = append(out, acceptance{name: identity, quality: lowest, at: count})
	}
	return out
}

// qualityIn reads the q in an entry's parameters: 1 if there is none, 0 if it is not a
// number.
func qualityIn(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if name != "q" {
			continue
		}
		quality, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0
		}
		return quality
	}
	return 1
}

// acceptanceOf finds what a header says about an encoding: the most precise entry, among
// several the one with the highest quality, then the last.
func acceptanceOf(encoding string, accepted []acceptance) acceptance {
	best := acceptance{at: -1}
	for _, entry := range accepted {
		entry.exact = strings.EqualFold(entry.name, encoding)
		if !entry.exact && entry.name != "*" {
			continue
		}
		if counts(entry, best) {
			best = entry
		}
	}
	return best
}

// counts reports whether an entry outweighs an earlier one.
func counts(entry, before acceptance) bool {
	if entry.exact != before.exact {
		return entry.exact
	}
	return entry.quality >= before.quality
}
