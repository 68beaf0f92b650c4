package evaluation

// Configuration is the part of an answer of GET /api/client/features that matters to
// evaluation.
type Configuration struct {
	Features []Feature `json:"features"`
	Segments []Segment `json:"segments"`
}

// Feature is a flag in the environment of the SDK's token.
type Feature struct {
	Name           string              `json:"name"`
	Enabled        bool                `json:"enabled"`
	ImpressionData bool                `json:"impressionData"`
	Strategies     []Strategy          `json:"strategies"`
	Variants       []VariantDefinition `json:"variants"`
	Dependencies   []Dependency        `json:"dependencies"`
}

// Strategy says who gets a flag. Name is its type, such as flexibleRollout.
type Strategy struct {
	Name        string              `json:"name"`
	Parameters  map[string]string   `json:"parameters"`
	Constraints []Constraint        `json:"constraints"`
	Segments    []int               `json:"segments"`
	Variants    []VariantDefinition `json:"variants"`
}

// Constraint compares a field of the context with Value or Values, depending on the
// operator.
type Constraint struct {
	ContextName     string   `json:"contextName"`
	Operator        string   `json:"operator"`
	Values          []string `json:"values,omitzero"`
	Value           *string  `json:"value,omitempty"`
	Inverted        bool     `json:"inverted,omitempty"`
	CaseInsensitive bool     `json:"caseInsensitive,omitempty"`
}

// Segment is a list of constraints that strategies share by its id.
type Segment struct {
	ID          int          `json:"id"`
	Name        string       `json:"name"`
	Constraints []Constraint `json:"constraints"`
}

// VariantDefinition is one of the variants between which contexts are divided, in
// proportion to their weights.
type VariantDefinition struct {
	Name       string     `json:"name"`
	Weight     float64    `json:"weight"`
	Payload    *Payload   `json:"payload"`
	Stickiness string     `json:"stickiness"`
	Overrides  []Override `json:"overrides"`
}

// Override gives a variant to every context whose field has one of the values.
type Override struct {
	ContextName string   `json:"contextName"`
	Values      []string `json:"values"`
}

// Payload is the payload of a variant. Type is string, json, csv or number.
type Payload struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Dependency is a parent that must be on, or off if Enabled is false. If Variants is not
// empty, a parent that is on must have one of them. A nil Enabled means on.
type Dependency struct {
	Feature  string   `json:"feature"`
	Enabled  *bool    `json:"enabled"`
	Variants []string `json:"variants"`
}
