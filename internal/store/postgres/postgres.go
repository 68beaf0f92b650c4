// Package postgres is a store in a Postgres database, for many processes. A process owns
// a name through a row that refers to an advisory lock. The process holds that lock in a
// session of its own, and Postgres releases it when the session ends, for whatever
// reason.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

const (
	// connections is the maximum number of connections besides that of the session.
	connections = 8
	// patience is how long a connection may be silent when an answer is due, without the time
	// for what was sent.
	patience = 5 * time.Second
	// retryAfter is how long to wait after a failure before a session is tried again.
	retryAfter = time.Second
	// countEvery is how often the bytes of all contents are counted.
	countEvery = 10 * time.Second
	// block is the least that a content counts for, in bytes.
	block = 4096
	// mostKeys is how many sessions a process remembers as its own, the current one
	// included.
	mostKeys = 16
)

// handOver is how long Take waits, step by step, for an owner that was asked to let go.
var handOver = []time.Duration{20 * time.Millisecond, 30 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 150 * time.Millisecond, 150 * time.Millisecond}

// schema creates the tables. Several processes may start at the same time.
const schema = `
SELECT pg_advisory_xact_lock(hashtextextended('unleash_mock_schema', 0));
CREATE TABLE IF NOT EXISTS unleash_mock_workspaces (
	name text PRIMARY KEY, owner bigint, revision bigint NOT NULL DEFAULT 0, content bytea,
	size bigint NOT NULL DEFAULT 0, written timestamptz, writer bigint);
CREATE TABLE IF NOT EXISTS unleash_mock_damaged (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, content bytea NOT NULL,
	revision bigint NOT NULL, set_aside timestamptz NOT NULL DEFAULT now());`

// Postgres is a store in a database.
type Postgres struct {
	db     *sql.DB
	source string // URL of the database, which may contain a password
	limits store.Limits

	session atomic.Int64
	held    atomic.Pointer[held] // nil without a session
	total   atomic.Int64         // bytes of all contents as last counted, plus what has been written since
	wanted  chan string

	beginning chan struct{} // held while a session begins or ends
	keys      []int64       // of all sessions so far, the newest last
	tried     time.Time
	problem   error // of the last attempt
	closed    bool

	counted atomic.Pointer[time.Time] // when total was last counted; nil for never
}

// held is the lock of a session.
type held struct {
	key  int64
	keys string // of this and former sessions, in Postgres's notation of arrays
	conn *pq.ListenerConn
}

var _ store.Store = (*Postgres)(nil)

// Open connects to a database by its URL, creates the tables if they do not exist, and
// begins a session. name identifies the connections in the database. Errors do not
// contain the password.
func Open(ctx context.Context, source, name string, limits store.Limits) (*Postgres, error) {
	source, err := completed(source, name)
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnector(source)
	if err != nil {
		return nil, withoutSource(err, source)
	}
	connector.Dialer(dialer{})
	p := &Postgres{db: sql.OpenDB(connector), source: source, limits: limits, wanted: make(chan string, 1024), beginning: make(chan struct{}, 1)}
	p.db.SetMaxOpenConns(connections)
	p.db.SetMaxIdleConns(connections / 2)
	p.db.SetConnMaxIdleTime(time.Minute)
	if err = p.makeTables(ctx); err == nil {
		err = p.Ping(ctx)
	}
	if err == nil { // where a pooler is, the transaction has what the session had, and the session something else
		err = p.inTransaction(ctx, func(*sql.Tx) error { return p.Ping(ctx) })
	}
	if err != nil {
		return nil, errors.Join(withoutSource(err, source), p.Close())
	}
	return p, nil
}

// completed adds defaults to a URL for what it does not say itself.
func completed(source, name string) (string, error) {
	at, err := url.Parse(source)
	if err != nil || at.Host == "" && at.Query().Get("host") == "" {
		return "", errors.New("it is not a URL such as postgres://user@host/database")
	}
	query := at.Query()
	if os.Getenv("PGSSLMODE") == "" && !query.Has("sslmode") {
		query.Set("sslmode", "prefer") // as psql does
	}
	for key, value := range map[string]string{
		"connect_timeout": "3", "binary_parameters": "yes", "fallback_application_name": strings.TrimSpace("unleash-mock " + name),
	} {
		if !query.Has(key) {
			query.Set(key, value)
		}
	}
	at.RawQuery = query.Encode()
	return at.String(), nil
}

// withoutSource returns an error that does not repeat the URL.
func withoutSource(err error, source string) error {
	if err == nil || !strings.Contains(err.Error(), source) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), source, "the URL"))
}

// dialer opens connections that give up when the server is silent for too long.
type dialer struct{ net.Dialer }

// Dial implements pq.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext implements pq.DialerContext.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patient{Conn: conn}, nil
}

// patient is a connection that is read only when an answer is due.
type patient struct {
	net.Conn
	sent atomic.Int64 // bytes written since something was last read
}

// Read implements net.Conn.
func (p *patient) Read(into []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(patience + store.Allowance(p.sent.Load()))); err != nil {
		return 0, err
	}
	n, err := p.Conn.Read(into)
	if n > 0 {
		p.sent.Store(0)
	}
	return n, err
}

// Write implements net.Conn.
func (p *patient) Write(text []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(patience + store.Allowance(int64(len(text))))); err != nil {
		return 0, err
	}
	p.sent.Add(int64(len(text)))
	return p.Conn.Write(text)
}

// makeTables creates the tables, all or none. It does nothing if they exist, so a
// database user that may not create tables can still use them.
func (p *Postgres) makeTables(ctx context.Context) error {
	var are bool
	err := p.db.QueryRowContext(ctx, `SELECT to_regclass('unleash_mock_workspaces') IS NOT NULL AND to_regclass('unleash_mock_damaged') IS NOT NULL`).Scan(&are)
	if err != nil || are {
		return err
	}
	return p.inTransaction(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, schema)
		return err
	})
}

func (p *Postgres) inTransaction(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the other error is the one to report
		return err
	}
	return tx.Commit()
}

// free is the condition that a row belongs to no other process. $1 holds the keys of this
// one.
const free = `(w.owner IS NULL OR w.owner = ANY($1::bigint[]) OR pg_try_advisory_xact_lock_shared(w.owner))`

// Take implements store.Store.
func (p *Postgres) Take(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	for _, wait := range handOver {
		entry, err := p.Reclaim(ctx, name, reserve)
		if !errors.Is(err, store.ErrElsewhere) {
			return entry, err
		}
		_, wrong := p.db.ExecContext(ctx, `SELECT pg_notify('`+channel+`' || owner, name) FROM unleash_mock_workspaces WHERE name = $1 AND owner IS NOT NULL`, name)
		select {
		case <-ctx.Done():
			wrong = ctx.Err()
		case <-time.After(wait):
		}
		if wrong != nil {
			return store.Entry{}, err // it is another's, even if that one cannot be asked in time
		}
	}
	return p.Reclaim(ctx, name, reserve)
}

// channel is the prefix of the channels on which an owner is asked to let go; the owner's
// key follows it.
const channel = "unleash_mock_"

// The statements of Reclaim. They return whether there is a content, its size, its revision,
// and whether this process has written it.
const (
	takeReserving = `INSERT INTO unleash_mock_workspaces AS w (name, owner) VALUES ($2, $3)
		ON CONFLICT (name) DO UPDATE SET owner = $3 WHERE ` + free + `
		RETURNING content IS NOT NULL, size, revision, coalesce(writer = ANY($1::bigint[]), false)`
	takeStored = `UPDATE unleash_mock_workspaces AS w SET owner = $3 WHERE name = $2 AND content IS NOT NULL AND ` + free + `
		RETURNING content IS NOT NULL, size, revision, coalesce(writer = ANY($1::bigint[]), false)`
	ownedElsewhere = `SELECT true FROM unleash_mock_workspaces AS w WHERE name = $2 AND NOT ` + free
)

// Reclaim implements store.Store.
func (p *Postgres) Reclaim(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	now, err := p.begun(ctx)
	if err != nil {
		return store.Entry{}, err
	}
	statement := takeStored
	if reserve {
		statement = takeReserving
	}
	var entry store.Entry
	var has bool
	var size int64
	err = p.db.QueryRowContext(ctx, statement, now.keys, name, now.key).Scan(&has, &size, &entry.Revision, &entry.Own)
	switch {
	case errors.Is(err, sql.ErrNoRows) && reserve:
		return entry, store.ErrElsewhere
	case errors.Is(err, sql.ErrNoRows):
		return entry, p.whyNot(ctx, name, now.keys)
	case err != nil || !has:
		return entry, err
	case p.limits.Content > 0 && size > p.limits.Content:
		return entry, store.ErrTooLarge
	}
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience+store.Allowance(size))
	defer cancel()
	err = p.db.QueryRowContext(reading, `SELECT content, revision FROM unleash_mock_workspaces WHERE name = $1 AND owner = $2`, name, now.key).Scan(&entry.Content, &entry.Revision)
	if entry.Content == nil && err == nil {
		entry.Content = []byte{}
	}
	return entry, err
}

// whyNot returns the reason why there was nothing to take.
func (p *Postgres) whyNot(ctx context.Context, name, keys string) error {
	var is bool
	err := p.db.QueryRowContext(ctx, ownedElsewhere, keys, name).Scan(&is)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.ErrNone
	case err != nil:
		return err
	}
	return store.ErrElsewhere
}

// Write implements store.Store.
func (p *Postgres) Write(ctx context.Context, name string, revision int64, content []byte) (int64, error) {
	size := int64(len(content))
	if p.limits.Content > 0 && size > p.limits.Content {
		return 0, store.ErrTooLarge
	}
	room := int64(1) << 62
	if p.limits.Total > 0 {
		room = p.limits.Total - p.total.Load()
	}
	var next, before int64
	err := p.db.QueryRowContext(ctx, `WITH before AS (SELECT CASE WHEN content IS NULL THEN 0 ELSE greatest(size, $7) END AS size FROM unleash_mock_workspaces WHERE name = $1)
		UPDATE unleash_mock_workspaces SET content = $4, size = $5, revision = CASE WHEN content IS NULL THEN $8 ELSE revision + 1 END, written = now(), writer = owner
		WHERE name = $1 AND owner = $2 AND revision = $3 AND ($5 <= size OR greatest($5, $7) - CASE WHEN content IS NULL THEN 0 ELSE greatest(size, $7) END <= $6)
		RETURNING revision, (SELECT size FROM before)`,
		name, p.current().key, revision, content, size, room, int64(block), newRevision()).Scan(&next, &before)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, p.whyNotWritten(ctx, name, revision)
	case err != nil:
		return 0, err
	}
	p.total.Add(max(size, block) - before)
	return next, nil
}

// newRevision returns a random revision for a new content, with enough numbers after it.
func newRevision() int64 { return newKey() >> 1 }

// whyNotWritten returns the reason why a content was not written.
func (p *Postgres) whyNotWritten(ctx context.Context, name string, revision int64) error {
	var is bool
	err := p.db.QueryRowContext(ctx, `SELECT true FROM unleash_mock_workspaces WHERE name = $1 AND owner = $2 AND revision = $3`, name, p.current().key, revision).Scan(&is)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.ErrLost
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: %d of %d bytes are used", store.ErrFull, p.total.Load(), p.limits.Total)
}

// LetGo implements store.Store. It removes a name that was only reserved.
func (p *Postgres) LetGo(ctx context.Context, name string) error {
	_, err := p.db.ExecContext(ctx, `WITH empty AS (DELETE FROM unleash_mock_workspaces WHERE name = $1 AND owner = $2 AND content IS NULL)
		UPDATE unleash_mock_workspaces SET owner = NULL WHERE name = $1 AND owner = $2 AND content IS NOT NULL`, name, p.current().key)
	return err
}

// Remove implements store.Store.
func (p *Postgres) Remove(ctx context.Context, name string) error {
	var size int64
	err := p.db.QueryRowContext(ctx, `DELETE FROM unleash_mock_workspaces WHERE name = $1 AND owner = $2
		RETURNING CASE WHEN content IS NULL THEN 0 ELSE greatest(size, $3) END`, name, p.current().key, int64(block)).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		return p.whyNotRemoved(ctx, name)
	}
	p.total.Add(-size)
	return err
}

// whyNotRemoved returns the reason why there was nothing to remove: no error if nothing is
// stored.
func (p *Postgres) whyNotRemoved(ctx context.Context, name string) error {
	var is bool
	err := p.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM unleash_mock_workspaces WHERE name = $1 AND content IS NOT NULL)`, name).Scan(&is)
	if err == nil && is {
		return store.ErrLost
	}
	return err
}

// SetAside implements store.Store.
func (p *Postgres) SetAside(ctx context.Context, name string) (where string, err error) {
	err = p.inTransaction(ctx, func(tx *sql.Tx) error {
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO unleash_mock_damaged (name, content, revision)
			SELECT name, content, revision FROM unleash_mock_workspaces WHERE name = $1 AND owner = $2 AND content IS NOT NULL RETURNING id`, name, p.current().key).Scan(&id)
		if err != nil {
			return err
		}
		where = fmt.Sprintf("row %d of the table unleash_mock_damaged", id)
		_, err = tx.ExecContext(ctx, `UPDATE unleash_mock_workspaces SET content = NULL, size = 0, revision = 0 WHERE name = $1 AND owner = $2`, name, p.current().key)
		return err
	})
	return where, err
}

// Unowned implements store.Store.
func (p *Postgres) Unowned(ctx context.Context) ([]store.Stored, error) {
	now, err := p.begun(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := p.db.QueryContext(ctx, `SELECT name, written FROM unleash_mock_workspaces AS w WHERE content IS NOT NULL AND `+free, now.keys)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Stored
	for rows.Next() {
		var stored store.Stored
		if err := rows.Scan(&stored.Name, &stored.Written); err != nil {
			return nil, err
		}
		out = append(out, stored)
	}
	return out, rows.Err()
}

// Exclusive implements store.Store.
func (p *Postgres) Exclusive() bool { return false }

// Session implements store.Store.
func (p *Postgres) Session() (number int64, lives bool) {
	return p.session.Load(), p.held.Load() != nil
}

// Wanted implements store.Store.
func (p *Postgres) Wanted() <-chan string { return p.wanted }

// Close implements store.Store.
func (p *Postgres) Close() error {
	p.beginning <- struct{}{}
	defer func() { <-p.beginning }()
	p.closed = true
	if now := p.held.Load(); now != nil {
		_ = now.conn.Close() // only its end matters
	}
	return p.db.Close()
}
