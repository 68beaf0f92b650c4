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

// flagLayers are the flags that workspaces start with.
type flagLayers struct {
	changing sync.Mutex
	file     *flagfile.Set                // of WithFlags and ReplaceFlags; nil without a file
	instance *flagfile.Set                // of FollowFlags; nil without one
	now      atomic.Pointer[flagfile.Set] // both, the file's on top; nil for the seed's
	follow   atomic.Bool                  // the instance's
	source   atomic.Pointer[string]       // the digest of the file; nil without one

	telling sync.Mutex
	told    []string // the last remarks on them
}

// put makes what workspaces start with of the layers.
func (l *flagLayers) put() *flagfile.Set {
	set := l.file
	if l.instance != nil {
		if set = l.instance; l.file != nil {
			set = l.file.Over(l.instance)
		}
	}
	l.now.Store(set)
	return set
}

// read takes note of the digest of the file.
func (l *flagLayers) read(digest string) { l.source.Store(&digest) }

// digest is that of the file, empty without one.
func (l *flagLayers) digest() string {
	if digest := l.source.Load(); digest != nil {
		return *digest
	}
	return ""
}

// ReplaceFlags replaces the flags of every workspace, including later ones, with those in a
// file, in the form that WithFlags takes. If the server follows the flags of an instance, the
// file's flags override those, and what was set in a workspace stays. A file with a mistake
// changes nothing; the error gives its line and field.
func (s *Server) ReplaceFlags(source []byte) error {
	set, err := flagfile.Read(source)
	if err != nil {
		return err
	}
	s.layers.changing.Lock()
	defer s.layers.changing.Unlock()
	s.layers.file = set
	s.layers.read(digestOf(source))
	return s.spread(s.layers.put())
}

// spread gives workspaces the flags that they start with as they are now.
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
			if remarks, err = instance.Follow.Update(requestOf(instance), set); remarks != nil {
				s.tell(w.Name, remarks)
			}
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("workspace %s: %w", w.Name, err))
		}
	}
	return errors.Join(failed...)
}

// startFlags puts the flags that a workspace starts with.
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

// follow has the flags of a workspace follow.
func (s *Server) follow(name string, instance *workspace.Instance, set *flagfile.Set) (*flags.Following, error) {
	out, remarks, err := flags.Follow(instance.Store, requestOf(instance), set, flags.DefaultEnvironment)
	s.tell(name, remarks)
	return out, err
}

// setFlags puts the flags of a file in the place of those of a workspace.
func (s *Server) setFlags(name string, instance *workspace.Instance, set *flagfile.Set) error {
	remarks, err := flags.Replace(instance.Store, requestOf(instance), set, flags.DefaultEnvironment)
	s.tell(name, remarks)
	return err
}

func requestOf(instance *workspace.Instance) engine.Request {
	return engine.Request{Now: instance.Clock.Now(), Random: instance.Random}
}

// tell logs what cannot be as a file or an instance has it, once, for the workspace that
// always is.
func (s *Server) tell(name string, remarks []string) {
	if name != workspace.Default {
		return
	}
	s.layers.telling.Lock()
	defer s.layers.telling.Unlock()
	for _, remark := range remarks {
		if !slices.Contains(s.layers.told, remark) {
			s.logger.Warn("flags: " + remark)
		}
	}
	s.layers.told = remarks
}
