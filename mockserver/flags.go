package mockserver

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flags"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// flagLayers holds the flags that workspaces start with.
type flagLayers struct {
	changing sync.Mutex
	file     *flagfile.Set                // from WithFlags and ReplaceFlags; nil without a file
	instance *flagfile.Set                // from FollowFlags; nil without an instance
	now      atomic.Pointer[flagfile.Set] // both, with the file's on top; nil means the seed's flags
	follow   atomic.Bool                  // whether an instance is followed
	source   atomic.Pointer[string]       // digest of the file; nil without one

	logging sync.Mutex
	remarks []string // the last ones about them
}

// combined returns the flags of a file on top of those of an instance; either may be nil.
func combined(file, instance *flagfile.Set) *flagfile.Set {
	switch {
	case instance == nil:
		return file
	case file == nil:
		return instance
	}
	return file.Over(instance)
}

// adopt makes the layers the flags that workspaces start with, unless a new workspace
// cannot store them.
func (s *Server) adopt(file, instance *flagfile.Set) error {
	set, request := combined(file, instance), engine.Request{Now: s.now(), Random: s.random}
	store, err := s.seed().Plant(s.engine, request)
	if err != nil {
		return err
	}
	if _, err := flags.Replace(store, request, set, flags.DefaultEnvironment); err != nil {
		return err
	}
	s.layers.file, s.layers.instance = file, instance
	s.layers.now.Store(set)
	return nil
}

// read records the digest of the file.
func (l *flagLayers) read(digest string) { l.source.Store(&digest) }

// digest returns the digest of the file, or an empty string without one.
func (l *flagLayers) digest() string {
	if digest := l.source.Load(); digest != nil {
		return *digest
	}
	return ""
}

// ReplaceFlags replaces the flags of every workspace, including later ones, with those in a
// file, in the form that WithFlags takes. If the server follows the flags of an instance, the
// file's flags override those, and what was set in a workspace stays. A file with a mistake
// changes nothing; the error gives its line and field. With an upstream, which has the flags
// that SDKs get, it is an error.
func (s *Server) ReplaceFlags(source []byte) error {
	if s.upstream != nil {
		return errFlagsOfUpstream
	}
	set, err := flagfile.Read(source)
	if err != nil {
		return err
	}
	s.layers.changing.Lock()
	defer s.layers.changing.Unlock()
	if err := s.adopt(set, s.layers.instance); err != nil {
		return err
	}
	s.layers.read(digestOf(source))
	return s.spread(s.layers.now.Load())
}

// spread updates the flags of all workspaces to those that workspaces now start with.
func (s *Server) spread(set *flagfile.Set) error {
	var failed []error
	for _, w := range s.workspaces.List() {
		instance := w.Instance()
		var err error
		switch {
		case !s.layers.follow.Load():
			err = s.setFlags(w.Name, instance, set)
		case instance.Follow != nil:
			var remarks []string
			if remarks, err = instance.Follow.Update(instance.Request(), set); remarks != nil {
				s.logRemarks(w.Name, remarks)
			}
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("workspace %s: %w", w.Name, err))
		}
	}
	return errors.Join(failed...)
}

// startFlags gives a workspace the flags that it starts with.
func (s *Server) startFlags(name string, instance *workspace.Instance) (err error) {
	set := s.layers.now.Load()
	switch {
	case set == nil:
		return nil
	case s.layers.follow.Load():
		instance.Follow, err = s.follow(name, instance, set)
	default:
		err = s.setFlags(name, instance, set)
	}
	if err != nil {
		return fmt.Errorf("the flags to start with: %w", err)
	}
	return nil
}

// follow makes the flags of a workspace follow an instance's.
func (s *Server) follow(name string, instance *workspace.Instance, set *flagfile.Set) (*flags.Following, error) {
	out, remarks, err := flags.Follow(instance.Store, instance.Request(), set, flags.DefaultEnvironment)
	s.logRemarks(name, remarks)
	return out, err
}

// setFlags replaces the flags of a workspace with those of a file.
func (s *Server) setFlags(name string, instance *workspace.Instance, set *flagfile.Set) error {
	remarks, err := flags.Replace(instance.Store, instance.Request(), set, flags.DefaultEnvironment)
	s.logRemarks(name, remarks)
	return err
}

// logRemarks logs what cannot be reproduced as a file or an instance has it. It logs each
// remark once, and only for the default workspace, which always exists.
func (s *Server) logRemarks(name string, remarks []string) {
	if name != workspace.Default {
		return
	}
	s.layers.logging.Lock()
	defer s.layers.logging.Unlock()
	for _, remark := range remarks {
		if !slices.Contains(s.layers.remarks, remark) {
			s.logger.Warn("flags: " + remark)
		}
	}
	s.layers.remarks = remarks
}
