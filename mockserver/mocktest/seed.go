package mocktest

// Plant adds rows to the state without going through the API: they are not in the journal, and
// no limit applies. They are YAML in the form of a seed, such as
//
//	users:
//	  - {username: ann, rootRole: Viewer, tokens: ["user:ann"]}
//
// Rows without an id get the next one. An invalid row ends the test.
func (s *Server) Plant(rows string) {
	s.t.Helper()
	if err := s.mock.Plant(s.workspace, []byte(rows)); err != nil {
		s.t.Fatalf("mocktest: planting rows: %v", err)
	}
}
