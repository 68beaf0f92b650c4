package mockserver

import (
	"fmt"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flags"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// ReplaceFlags puts the flags of a file, as WithFlags takes it, in the place of those of
// every workspace, of those that are made later too. A file with a mistake changes nothing;
// the error names its line and its field.
func (s *Server) ReplaceFlags(source []byte) error {
	set, err := flagfile.Read(source)
	if err != nil {
		return err
	}
	s.flagsNow.Store(set)
	for _, w := range s.workspaces.List() {
		if err := s.setFlags(w.Name, w.Instance(), set); err != nil {
			return fmt.Errorf("workspace %s: %w", w.Name, err)
		}
	}
	return nil
}

// setFlags puts the flags of a file in the place of those of a workspace. What cannot be as
// it stands in the file is logged once, for the workspace that always is.
func (s *Server) setFlags(name string, instance *workspace.Instance, set *flagfile.Set) error {
	request := engine.Request{Now: instance.Clock.Now(), Random: instance.Random}
	remarks, err := flags.Replace(instance.Store, request, set, flags.DefaultEnvironment)
	if name == workspace.Default {
		for _, remark := range remarks {
			s.logger.Warn("flags: " + remark)
		}
	}
	return err
}
