package engine

import (
	"testing"

	"github.com/hashicorp/go-memdb"
	"pgregory.net/rapid"
)

type named struct {
	ID   int64
	Name string
}

// TestUniqueIndexesFollowTheirRows checks that the index has exactly one link for each
// row with a key.
func TestUniqueIndexesFollowTheirRows(t *testing.T) {
	t.Parallel()
	byName := Unique("name", func(n *named) Key {
		if n.Name == "" {
			return nil
		}
		return Text(n.Name)
	}, nil)
	table := NewTable(Definition[named]{Name: "names", Key: func(n *named) Key { return Int(n.ID) }, Indexes: []*Index[named]{byName}, Derived: true})
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, one := range table.schemas() {
		schema.Tables[one.Name] = one
	}
	rapid.Check(t, func(t *rapid.T) {
		db, err := memdb.NewMemDB(schema)
		if err != nil {
			t.Fatal(err)
		}
		tx := &Tx{View: View{txn: db.Txn(true)}}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			id := rapid.Int64Range(1, 4).Draw(t, "id")
			name := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "name")
			switch held := byName.Find(tx, Text(name)); {
			case rapid.Bool().Draw(t, "drop"):
				table.Drop(tx, table.Get(tx, Int(id)))
			case held == nil || held.ID == id:
				table.Put(tx, &named{id, name})
			}
		}
		keys := 0
		for _, row := range table.All(tx) {
			if row.Name == "" {
				continue
			}
			if keys++; byName.Find(tx, Text(row.Name)) != row {
				t.Fatalf("%v is not found", row)
			}
		}
		links, err := tx.txn.Get(byName.links, primary)
		if err != nil {
			t.Fatal(err)
		}
		for links.Next() != nil {
			keys--
		}
		if keys != 0 {
			t.Fatalf("the index has %d links too few", keys)
		}
	})
}
