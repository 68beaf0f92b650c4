package spec

import "sync"

// deferred is a schema that is compiled when an exchange needs it, or when all are:
// compiling them is most of what reading a document costs.
type deferred struct {
	once    sync.Once
	compile func() (compiledSchema, error)

	compiledSchema
	err error
}

// complete compiles the schema if it is not yet.
func (d *deferred) complete() error {
	d.get()
	return d.err
}

// get returns the compiled schema. The error is for Contract.Complete to tell.
func (d *deferred) get() *compiledSchema {
	d.once.Do(func() {
		d.compiledSchema, d.err = d.compile()
		d.compile = nil // and with it the model of the document
	})
	return &d.compiledSchema
}
