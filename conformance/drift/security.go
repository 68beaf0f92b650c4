package drift

import (
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"
)

// requirement is one way for a request to authenticate: everything that it has to have, such as
// "oauth2" and "oauth2 scope read", in alphabetical order.
type requirement []string

func (r requirement) String() string { return strings.Join(r, " and ") }

// isMetBy reports whether a request that meets another requirement meets this one, too.
func (r requirement) isMetBy(other requirement) bool {
	return !slices.ContainsFunc(r, func(demand string) bool { return !slices.Contains(other, demand) })
}

// security is what a document says about how the requests of an operation authenticate.
type security struct {
	// ways are the requirements, one of which is enough; none if no authentication is required.
	ways []requirement
	// general is true if the document says it once, for all operations.
	general bool
}

// security returns what applies to an operation. Schemes are named by what a client sends.
func (c *cleaner) security(o *operation) security {
	var out security
	requirements := field(o.node, "security")
	if requirements == nil {
		requirements, out.general = field(c.document.root, "security"), true
	}
	if requirements == nil {
		return out
	}
	if c.nodes = count(c.nodes, requirements); c.tooLarge() {
		return out
	}
	for _, alternative := range requirements.Content {
		var own requirement
		for name, scopes := range fields(alternative) {
			way := c.way(name)
			own = append(own, way)
			for _, scope := range scopes.Content {
				own = append(own, way+" scope "+scope.Value)
			}
		}
		if len(own) == 0 { // authentication is optional
			out.ways = nil
			return out
		}
		slices.Sort(own)
		out.ways = append(out.ways, slices.Compact(own))
	}
	slices.SortFunc(out.ways, slices.Compare[requirement])
	out.ways = slices.CompactFunc(out.ways, slices.Equal[requirement])
	return out
}

// way names a security scheme by what a client sends.
func (c *cleaner) way(name string) string {
	scheme := c.document.resolve(c.document.at(c.document.root, "/components/securitySchemes/"+jsonpointer.Escape(name)))
	switch kind := text(field(scheme, "type")); kind {
	case "apiKey":
		return strings.ToLower(kind + " in " + text(field(scheme, "in")) + " " + text(field(scheme, "name")))
	case "http":
		return strings.ToLower(kind + " " + text(field(scheme, "scheme")))
	case "":
		return name
	default:
		return kind
	}
}

// compareSecurity returns how the target's document differs from the contract in what requests have
// to have. A client loses a way to authenticate unless the target has one that demands no more.
func compareSecurity(contract, target security) []Change {
	var out []Change
	has := func(ways []requirement, way requirement) bool {
		return slices.ContainsFunc(ways, func(other requirement) bool { return slices.Equal(way, other) })
	}
	for _, way := range contract.ways {
		change := Change{Pointer: "/security", Kind: Removed, Contract: oneLine(way.String())}
		switch {
		case has(target.ways, way):
			continue
		case len(target.ways) == 0:
			change.Verdict, change.Reason = Compatible, reasonNoTokenNeeded
		case slices.ContainsFunc(target.ways, func(other requirement) bool { return other.isMetBy(way) }):
			change.Verdict, change.Reason = Compatible, reasonLessNeeded
		default:
			change.Verdict, change.Reason = Breaking, reasonWayGone
		}
		out = append(out, change)
	}
	for _, way := range target.ways {
		change := Change{Pointer: "/security", Kind: Added, Target: oneLine(way.String())}
		switch {
		case has(contract.ways, way):
			continue
		case len(contract.ways) > 0:
			change.Verdict, change.Reason = Compatible, reasonOneMoreWay
		case target.general:
			change.Verdict, change.Reason = Beyond, reasonOpenInFact
		default:
			change.Verdict, change.Reason = Breaking, reasonTokenNeeded
		}
		out = append(out, change)
	}
	return out
}
