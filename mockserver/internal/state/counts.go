package state

// Counts is how many of each a store holds.
type Counts struct {
	Endpoints int
	Tokens    int
	Signals   int
}

// Counts counts what is stored.
func (s *Store) Counts() (Counts, error) {
	signals, err := s.SignalCount()
	if err != nil {
		return Counts{}, err
	}
	txn := s.db.Txn(false)
	defer txn.Abort()
	out := Counts{Signals: signals}
	for table, count := range map[string]*int{tableEndpoints: &out.Endpoints, tableTokens: &out.Tokens} {
		iterator, err := txn.Get(table, indexID)
		if err != nil {
			return Counts{}, err
		}
		for raw := iterator.Next(); raw != nil; raw = iterator.Next() {
			*count++
		}
	}
	return out, nil
}
