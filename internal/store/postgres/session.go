package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
)

// settings let the server notice soon that a process is gone, even if its machine does
// not report it: the session, and with it the lock, ends after some ten seconds of
// silence. A statement fails before its time is up if it waits for who locks a table, such
// as VACUUM FULL; otherwise the session would end.
const settings = `SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; SET lock_timeout = '1s'`

// beginTime is how long to wait while another goroutine begins a session.
const beginTime = 500 * time.Millisecond

// current returns the lock of the session. Without a session it returns one that owns
// nothing.
func (p *Postgres) current() held {
	if now := p.held.Load(); now != nil {
		return *now
	}
	return held{}
}

// begun returns the lock of the session, and begins a session if there is none.
func (p *Postgres) begun(ctx context.Context) (*held, error) {
	if now := p.held.Load(); now != nil {
		return now, nil
	}
	ctx, cancel := context.WithTimeout(ctx, beginTime)
	defer cancel()
	select {
	case p.beginning <- struct{}{}:
		defer func() { <-p.beginning }()
	case <-ctx.Done():
		return nil, errors.New("not connected yet")
	}
	if now := p.held.Load(); now != nil {
		return now, nil
	}
	return p.begin()
}

// begin begins a session, unless that has just failed.
func (p *Postgres) begin() (*held, error) {
	switch {
	case p.closed:
		return nil, sql.ErrConnDone
	case p.problem != nil && time.Since(p.tried) < retryAfter:
		return nil, p.problem
	}
	key := newKey()
	notifications := make(chan *pq.Notification, 64)
	conn, err := p.lock(key, notifications)
	p.tried, p.problem = time.Now(), err
	if err != nil {
		return nil, err
	}
	// A session whose end the server has not noticed yet still counts as this process's.
	p.keys = append(p.keys, key)
	p.keys = slices.Clone(p.keys[max(0, len(p.keys)-mostKeys):])
	texts := make([]string, len(p.keys))
	for i, key := range p.keys {
		texts[i] = fmt.Sprint(key)
	}
	now := &held{key: key, keys: "{" + strings.Join(texts, ",") + "}", conn: conn}
	p.held.Store(now)
	go p.listen(now, notifications)
	return now, nil
}

// newKey returns a random number for a lock.
func newKey() int64 {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return int64(binary.BigEndian.Uint64(random[:])>>1) | 1
}

// lock connects, takes a lock, and listens for processes that ask for what its holder owns.
func (p *Postgres) lock(key int64, notifications chan *pq.Notification) (*pq.ListenerConn, error) {
	conn, err := pq.NewListenerConn(p.source, notifications)
	if err != nil {
		return nil, withoutSource(err, p.source)
	}
	for _, statement := range append(strings.Split(settings, "; "), fmt.Sprintf("SET %s = '%d'", sessionKey, key),
		fmt.Sprintf("SELECT pg_advisory_lock(%d)", key), fmt.Sprintf("LISTEN %s%d", channel, key)) {
		if err := execute(context.Background(), conn, statement); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// execute runs a statement in the session. If there is no answer in time, the session ends.
func execute(ctx context.Context, conn *pq.ListenerConn, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := conn.ExecSimpleQuery(statement)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		_ = conn.Close() // also ends the goroutine
		<-done
		return ctx.Err()
	}
}

// listen passes on the names that other processes want, until the session ends.
func (p *Postgres) listen(now *held, notifications <-chan *pq.Notification) {
	for notification := range notifications {
		select {
		case p.wanted <- notification.Extra:
		default: // the process that wants it asks again
		}
	}
	p.held.CompareAndSwap(now, nil) // first, because what is taken before the number changes is taken again
	p.session.Add(1)
}

// sessionKey is a setting by which a session knows itself.
const sessionKey = "unleash_mock.session"

// usable does nothing, but fails where a change would: if the tables differ from those of the
// schema, or if the role or the server does not allow changes. It also fails in another session
// than that of the key: a pooler would keep the lock when this process is gone.
const usable = `WITH
	taken AS (INSERT INTO unleash_mock_workspaces AS w (name, owner) SELECT '', 0 WHERE false ON CONFLICT (name) DO UPDATE SET owner = 0),
	written AS (UPDATE unleash_mock_workspaces SET revision = 0, content = ''::bytea, size = 0, written = now(), writer = 0 WHERE false),
	removed AS (DELETE FROM unleash_mock_workspaces WHERE false),
	aside AS (INSERT INTO unleash_mock_damaged (name, content, revision) SELECT name, content, revision FROM unleash_mock_workspaces WHERE false RETURNING id)
	SELECT CASE WHEN here.key = '%d' THEN 1 ELSE ('connect to Postgres itself, without a pooler such as PgBouncer' || left(here.key, 0))::int END
	FROM (SELECT coalesce(current_setting('` + sessionKey + `', true), '') AS key) AS here`

// Ping implements store.Store. It keeps the session alive, and begins one if there is none.
func (p *Postgres) Ping(ctx context.Context) error {
	now, err := p.begun(ctx)
	if err != nil {
		return err
	}
	if err := execute(ctx, now.conn, fmt.Sprintf(usable, now.key)); err != nil || p.limits.Total <= 0 {
		return err
	}
	at := time.Now()
	if last := p.counted.Load(); last != nil && at.Sub(*last) < countEvery {
		return nil
	}
	p.counted.Store(&at)
	var total int64
	err = p.db.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(sum(greatest(size, $1)), 0) FROM unleash_mock_workspaces WHERE content IS NOT NULL) +
		(SELECT coalesce(sum(greatest(octet_length(content), $1)), 0) FROM unleash_mock_damaged)`, int64(block)).Scan(&total)
	if err == nil {
		p.total.Store(total)
	}
	return err
}
