//go:build real

package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/storetest"
)

// source creates a database for one test, on the server of the variable
// UNLEASH_MOCK_TEST_POSTGRES; scripts/scale-check.sh starts one.
func source(t testing.TB) string {
	t.Helper()
	at := os.Getenv("UNLEASH_MOCK_TEST_POSTGRES")
	if at == "" {
		t.Fatal("UNLEASH_MOCK_TEST_POSTGRES names no database; see scripts/scale-check.sh")
	}
	complete, err := completed(at+"/postgres", "tests")
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("postgres", complete)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", newKey())
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		if err := errors.Join(err, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	return at + "/" + name
}

func open(t testing.TB, source, name string, limits store.Limits) *Postgres {
	t.Helper()
	p, err := Open(t.Context(), source, name, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // some tests have closed it
	return p
}

func TestStore(t *testing.T) {
	t.Parallel()
	at := source(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, at, "a", store.Limits{Total: 64 << 10, Content: 16 << 10})
	}, func(t *testing.T, where string) (content []byte) {
		t.Helper()
		var id int64
		if _, err := fmt.Sscanf(where, "row %d of the table unleash_mock_damaged", &id); err != nil {
			t.Fatalf("%q: %v", where, err)
		}
		p := open(t, at, "reader", store.Limits{})
		if err := p.db.QueryRowContext(t.Context(), "SELECT content FROM unleash_mock_damaged WHERE id = $1", id).Scan(&content); err != nil {
			t.Fatal(err)
		}
		return content
	})
}

// TestOneProcessOwnsAName checks that another process can ask for a name, gets it once it
// is released, and cannot write before; and that the former owner cannot write afterwards.
func TestOneProcessOwnsAName(t *testing.T) {
	t.Parallel()
	at := source(t)
	a, b := open(t, at, "a", store.Limits{}), open(t, at, "b", store.Limits{})
	storetest.Take(t, a, "x", true)
	for _, reserve := range []bool{true, false} {
		_, err := b.Reclaim(t.Context(), "x", reserve)
		storetest.Refused(t, "reclaiming what is owned", err, store.ErrElsewhere)
		_, err = b.Take(t.Context(), "x", reserve)
		storetest.Refused(t, "taking what is owned", err, store.ErrElsewhere)
		if name := <-a.Wanted(); name != "x" {
			t.Errorf("the name wanted is %s", name)
		}
	}
	revision := storetest.Write(t, a, "x", 0, "of a")
	_, err := b.Write(t.Context(), "x", revision, []byte("of b"))
	storetest.Refused(t, "writing what another owns", err, store.ErrLost)
	if got := storetest.Names(t, b); got != "" {
		t.Errorf("%s is reported as having no owner", got)
	}

	// A process that waits gets the name at once.
	for len(a.wanted) > 0 {
		<-a.wanted
	}
	go func() {
		if err := a.LetGo(context.Background(), <-a.wanted); err != nil {
			t.Error(err)
		}
	}()
	if got := storetest.Take(t, b, "x", false); string(got.Content) != "of a" || got.Revision != revision || got.Own {
		t.Errorf("b has %q in revision %d", got.Content, got.Revision)
	}
	storetest.Write(t, b, "x", revision, "of b")
	if got := storetest.Take(t, b, "x", false); !got.Own {
		t.Error("b does not know that it wrote the content")
	}
	_, err = a.Write(t.Context(), "x", revision, []byte("of a again"))
	storetest.Refused(t, "writing what was let go", err, store.ErrLost)
	storetest.Refused(t, "removing what another owns", a.Remove(t.Context(), "x"), store.ErrLost)
	if err := errors.Join(a.LetGo(t.Context(), "x"), a.Remove(t.Context(), "no-such")); err != nil {
		t.Error(err)
	}
	if got := storetest.Take(t, b, "x", false); string(got.Content) != "of b" {
		t.Errorf("another process has removed it: %v", got)
	}
}

// kill ends the session of a process, as the end of that process would.
func kill(t *testing.T, other *Postgres, name string) {
	t.Helper()
	var count int
	err := other.db.QueryRowContext(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`, "unleash-mock "+name).Scan(&count)
	if err != nil || count == 0 {
		t.Fatalf("%d connections of %s were ended: %v", count, name, err)
	}
}

// await waits until a condition holds.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

// TestASessionThatBreaks checks that names owned in a broken session can be taken, also by
// the same process, and that what another process has written meanwhile is found.
func TestASessionThatBreaks(t *testing.T) {
	t.Parallel()
	at := source(t)
	a, b := open(t, at, "a", store.Limits{}), open(t, at, "b", store.Limits{})
	revisions := map[string]int64{}
	for _, name := range []string{"x", "y"} {
		storetest.Take(t, a, name, true)
		revisions[name] = storetest.Write(t, a, name, 0, "of a")
	}
	before, _ := a.Session()
	kill(t, b, "a")
	await(t, "a knows", func() bool { now, _ := a.Session(); return now != before })
	if got := storetest.Take(t, b, "x", false); string(got.Content) != "of a" {
		t.Errorf("b has %v", got)
	}
	storetest.Write(t, b, "x", revisions["x"], "of b")

	await(t, "a is there again", func() bool { return a.Ping(t.Context()) == nil })
	_, err := a.Write(t.Context(), "y", revisions["y"], []byte("unowned"))
	storetest.Refused(t, "writing before it was taken again", err, store.ErrLost)
	if got := storetest.Take(t, a, "y", false); string(got.Content) != "of a" || got.Revision != revisions["y"] || !got.Own {
		t.Errorf("a has %v", got)
	}
	storetest.Write(t, a, "y", revisions["y"], "of a again")
	if err := b.LetGo(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	if got := storetest.Take(t, a, "x", false); string(got.Content) != "of b" || got.Revision == revisions["x"] {
		t.Errorf("a has %v", got)
	}
}

// TestManyProcessesWantOneName checks that many processes can write the same name in turn,
// and that nothing written is lost.
func TestManyProcessesWantOneName(t *testing.T) {
	t.Parallel()
	at := source(t)
	const processes, rounds = 4, 10
	first := open(t, at, "first", store.Limits{})
	storetest.Take(t, first, "x", true)
	revision := storetest.Write(t, first, "x", 0, "")
	if err := first.LetGo(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range processes {
		p := open(t, at, fmt.Sprint(i), store.Limits{})
		group.Go(func() {
			for range rounds {
				var entry store.Entry
				var err error
				for entry, err = p.Take(t.Context(), "x", true); errors.Is(err, store.ErrElsewhere); {
					entry, err = p.Take(t.Context(), "x", true)
				}
				if err == nil {
					_, err = p.Write(t.Context(), "x", entry.Revision, append(entry.Content, 'x'))
				}
				if err = errors.Join(err, p.LetGo(t.Context(), "x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	got := storetest.Take(t, open(t, at, "last", store.Limits{}), "x", false)
	if want := strings.Repeat("x", processes*rounds); string(got.Content) != want || got.Revision-revision != processes*rounds {
		t.Errorf("%d bytes after %d revisions, want %d", len(got.Content), got.Revision-revision, len(want))
	}
}

// TestTablesThatAreThere checks that existing tables can be used by a role that may not
// create any.
func TestTablesThatAreThere(t *testing.T) {
	t.Parallel()
	at := source(t)
	admin := open(t, at, "admin", store.Limits{})
	role := fmt.Sprintf("guest_%d", newKey())
	for _, statement := range []string{
		"CREATE ROLE " + role + " LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON unleash_mock_workspaces, unleash_mock_damaged TO " + role,
	} {
		if _, err := admin.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, statement := range []string{"DROP OWNED BY " + role, "DROP ROLE " + role} {
			if _, err := admin.db.ExecContext(context.Background(), statement); err != nil {
				t.Error(err)
			}
		}
	})
	guest := open(t, asUser(t, at, role), "guest", store.Limits{})
	storetest.Take(t, guest, "x", true)
	storetest.Write(t, guest, "x", 0, "content")
}

// TestWhatAcceptsNoChanges checks that a process neither starts with nor counts as up a
// database in which it could change nothing.
func TestWhatAcceptsNoChanges(t *testing.T) {
	t.Parallel()
	at := source(t)
	admin := open(t, at, "admin", store.Limits{})
	storetest.Take(t, admin, "x", true)
	revision := storetest.Write(t, admin, "x", 0, "content")
	do := func(statement string) {
		t.Helper()
		if _, err := admin.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for change, test := range map[string]struct{ back, problem string }{
		"ALTER TABLE unleash_mock_workspaces RENAME writer TO author": {"ALTER TABLE unleash_mock_workspaces RENAME author TO writer", "writer"},
		"ALTER TABLE unleash_mock_damaged RENAME id TO number":        {"ALTER TABLE unleash_mock_damaged RENAME number TO id", "id"},
		"ALTER DATABASE " + database(t, at) + " SET default_transaction_read_only = on": {
			"ALTER DATABASE " + database(t, at) + " RESET default_transaction_read_only", "read-only",
		},
	} {
		do(change)
		other, err := Open(t.Context(), at, "other", store.Limits{})
		if err == nil {
			t.Errorf("%s: a process starts", change)
			err = other.Close()
		} else if !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: %v", change, err)
		}
		do(test.back)
	}
	do("ALTER TABLE unleash_mock_workspaces RENAME size TO length")
	if err := admin.Ping(t.Context()); err == nil {
		t.Error("a process is up that can write nothing")
	}
	do("ALTER TABLE unleash_mock_workspaces RENAME length TO size")
	if err := admin.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	storetest.Write(t, admin, "x", revision, "more")
}

// TestATableThatIsLocked checks that a process stays the owner of what it has while another
// session locks a table for longer than a ping may take.
func TestATableThatIsLocked(t *testing.T) {
	t.Parallel()
	at := source(t)
	p, admin := open(t, at, "a", store.Limits{}), open(t, at, "admin", store.Limits{})
	before, _ := p.Session()
	if err := admin.inTransaction(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "LOCK TABLE unleash_mock_workspaces"); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := p.Ping(ctx); err == nil {
			t.Error("a process is up that can write nothing")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if after, lives := p.Session(); after != before || !lives {
		t.Errorf("the session %d lives: %v; it was %d", after, lives, before)
	}
}

// TestAPoolerIsNoticed checks that a session which finds itself in another one of the server, as
// a pooler of transactions gives it, fails.
func TestAPoolerIsNoticed(t *testing.T) {
	t.Parallel()
	p := open(t, source(t), "a", store.Limits{})
	_, err := p.db.ExecContext(t.Context(), fmt.Sprintf(usable, p.current().key))
	if err == nil || !strings.Contains(err.Error(), "without a pooler") {
		t.Errorf("in another session: %v", err)
	}
}

// database returns the name of the database in a URL.
func database(t *testing.T, at string) string {
	t.Helper()
	parsed, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(parsed.Path, "/")
}

// TestWhatAnotherOwnsIsNotAFailure checks that a process that runs out of time while it waits
// for another says that the name is the other's: it would otherwise go on without the store.
func TestWhatAnotherOwnsIsNotAFailure(t *testing.T) {
	t.Parallel()
	at := source(t)
	a, b := open(t, at, "a", store.Limits{}), open(t, at, "b", store.Limits{})
	storetest.Take(t, a, "x", true)
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond) // within the time to hand over
	defer cancel()
	_, err := b.Take(ctx, "x", true)
	storetest.Refused(t, "taking what is owned, without much time", err, store.ErrElsewhere)
}

// TestErrorsTellNoPassword checks that no error shows a password, neither from a server nor
// from a URL.
func TestErrorsTellNoPassword(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"postgres://u:very-secret@127.0.0.1:1/d", "postgres://u:very-secret@[::1/d", "postgres:very-secret", "postgres://u:very-secret@127.0.0.1:1/d?sslmode=never",
	} {
		_, err := Open(t.Context(), at, "", store.Limits{})
		if err == nil || strings.Contains(err.Error(), "very-secret") {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// asUser returns the URL of a database for another user.
func asUser(t *testing.T, source, user string) string {
	t.Helper()
	at, err := url.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.User(user)
	return at.String()
}

// BenchmarkWrite writes, several at a time, contents about as large as a workspace that
// holds little more than the built-in state.
func BenchmarkWrite(b *testing.B) {
	p := open(b, source(b), "a", store.Limits{})
	content := []byte(strings.Repeat(`{"id":1,"name":"a flag","createdAt":"2026-01-01T00:00:00.000Z"},`, 300))
	b.SetBytes(int64(len(content)))
	var names atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		name, revision := fmt.Sprint(names.Add(1)), int64(0)
		if _, err := p.Take(b.Context(), name, true); err != nil {
			b.Error(err)
			return
		}
		for pb.Next() {
			var err error
			if revision, err = p.Write(b.Context(), name, revision, content); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
