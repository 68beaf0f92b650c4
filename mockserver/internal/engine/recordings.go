package engine

// Recordings tells what recorded exchanges show of a resource.
type Recordings struct{}
