package gherkin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// sender sends the requests of a scenario, notes what they created, and checks the responses
// against the contract and the general rules.
type sender struct {
	run      *Run
	requests *requests
	record   *record
	ledger   *ledger.Ledger
	answer   *answer
}

func (s *sender) plain(ctx context.Context, method, path, who string) error {
	return s.request(ctx, method, path, who, nil)
}

func (s *sender) document(ctx context.Context, method, path, who string, body docString) error {
	return s.text(ctx, method, path, who, body.Content)
}

func (s *sender) text(ctx context.Context, method, path, who, body string) error {
	return s.request(ctx, method, path, who, &body)
}

func (s *sender) request(ctx context.Context, method, path, who string, body *string) error {
	r, err := s.requests.make(ctx, method, path, who, body)
	if err != nil {
		return err
	}
	return s.send(ctx, r)
}

// long sends a JSON object of the given size in bytes.
func (s *sender) long(ctx context.Context, method, path, who, size string) error {
	count, err := strconv.Atoi(size)
	if err != nil {
		return fmt.Errorf("the size of the body: %w", err)
	}
	const frame = `{"name":""}`
	return s.text(ctx, method, path, who, `{"name":"`+strings.Repeat("a", count-len(frame))+`"}`)
}

// until repeats a request until it gets the given status. <n> in its body is the number of
// the attempt.
func (s *sender) until(ctx context.Context, method, path, who, body, status, most string) error {
	tries, err := s.count(most)
	if err != nil {
		return err
	}
	for i := range tries {
		s.requests.values.kept["n"] = strconv.Itoa(i + 1)
		if err := s.text(ctx, method, path, who, body); err != nil {
			return err
		}
		if strconv.Itoa(s.answer.last.Status) == status {
			return nil
		}
	}
	return nil // the next step judges the last response
}

// between is how long to wait before asking a server again.
const between = 500 * time.Millisecond

// untilListed repeats a read until a list has an entry, or no longer has it.
func (s *sender) untilListed(ctx context.Context, path, who, pointer, wanted, property, text string) error {
	return s.again(ctx, s.reads(path, who), s.run.Patience, between, func() (bool, error) {
		if s.answer.last.Status == http.StatusNotModified {
			return false, nil
		}
		_, indexes, err := s.answer.matching(pointer, property, text)
		return (len(indexes) == 1) == (wanted == "one"), err
	})
}

// eachQuery sends a read with each query of a table and checks a part of an entry, which is
// missing if its list does not have the entry.
func (s *sender) eachQuery(ctx context.Context, path, who, part, property, text, pointer string, rows table) error {
	return s.each(ctx, func(query string) sending { return s.reads(path+"?"+query, who) }, part, property, text, pointer, rows)
}

// eachBody does the same with each body of a table, for a POST that changes nothing.
func (s *sender) eachBody(ctx context.Context, path, who, part, property, text, pointer string, rows table) error {
	return s.each(ctx, func(body string) sending {
		return func(ctx context.Context) error {
			r, err := s.requests.make(ctx, http.MethodPost, path, who, &body)
			if err != nil {
				return err
			}
			r.Repeatable = true
			return s.send(ctx, r)
		}
	}, part, property, text, pointer, rows)
}

func (s *sender) each(ctx context.Context, send func(string) sending, part, property, text, pointer string, rows table) error {
	pairs, err := s.answer.pairs(rows)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		var differs error
		err := s.again(ctx, send(pair[0]), s.run.Patience, between, func() (bool, error) {
			differs = s.answer.partIs(pointer, property, text, part, pair[1])
			return differs == nil, nil
		})
		if err = cmp.Or(err, differs); err != nil {
			return err
		}
	}
	return nil
}

// untilStatus repeats a read until it gets a status, for more than a minute if need be: a real
// server keeps what it knows of a token for as long (O).
func (s *sender) untilStatus(ctx context.Context, path, who, status string) error {
	return s.again(ctx, s.reads(path, who), 7*s.run.Patience, 10*between, func() (bool, error) {
		return strconv.Itoa(s.answer.last.Status) == status, nil
	})
}

// sending sends a request that changes nothing.
type sending func(context.Context) error

// reads sends a GET.
func (s *sender) reads(path, who string) sending {
	return func(ctx context.Context) error { return s.plain(ctx, http.MethodGet, path, who) }
}

// again repeats a read, with all that was said about it, until done says that it is enough,
// because a server may lag behind its own writes. The next step judges the last response.
func (s *sender) again(ctx context.Context, send sending, patience, pause time.Duration, done func() (bool, error)) error {
	next := s.requests.next
	for end := time.Now().Add(patience); ; {
		s.requests.next = next
		if err := send(ctx); err != nil {
			return err
		}
		if enough, err := done(); enough || err != nil || time.Now().After(end) {
			return err
		}
		if err := target.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// count parses how often something is to be done.
func (s *sender) count(text string) (int, error) {
	if err := s.requests.values.expandAll(&text); err != nil {
		return 0, err
	}
	count, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("the number of times: %w", err)
	}
	return count, nil
}

func (s *sender) send(ctx context.Context, r target.Request) error {
	last, tries, err := s.run.Client.Send(ctx, r)
	for _, x := range tries {
		if x.OfGateway() {
			s.record.gateway(x.Status)
		}
		var breaches []judge.Breach
		if x.Answer.Get("RateLimit-Policy") != "" { // otherwise a gateway answered, which knows no contract
			breaches = s.run.Judge.Breaches(x)
		}
		s.note(x, breaches)
	}
	if last == nil {
		return err
	}
	s.answer.last = last
	if err == nil {
		err = inPlace(last)
	}
	if err != nil {
		s.note(last, nil)
		return err
	}
	breaches := s.run.Judge.Breaches(last)
	s.note(last, breaches)
	return judge.Broken(last.OperationID(), breaches)
}

// inPlace returns an error if something in front of the target answered in its place.
func inPlace(x *target.Exchange) error {
	switch {
	case x.OfGateway() && !x.MayRepeat():
		return fmt.Errorf("a gateway answered %d in place of the target, so it is not known whether that carried out the request", x.Status)
	case x.OfFirewall():
		return &disabledError{fmt.Sprintf("a firewall in front of the target refuses texts with markup: it answers %d", x.Status)}
	}
	return nil
}

// waitForRoom is how long to wait for other runs of the suite to free up room.
const waitForRoom = 20 * time.Second

// sendWithRoom is like send, but waits for room while another run of the suite uses it.
func (s *sender) sendWithRoom(ctx context.Context, r target.Request) error {
	for begin := time.Now(); ; {
		if err := s.send(ctx, r); err != nil || !isFull(s.answer.last) || time.Since(begin) > waitForRoom {
			return err
		}
		if !s.ledger.OthersAtWork(ctx, s.run.tokens().Admin, begin) {
			return nil
		}
		if err := target.Sleep(ctx, between); err != nil {
			return err
		}
	}
}

// show records an exchange that no step asked for as the latest one.
func (s *sender) show(x *target.Exchange) {
	s.answer.last = x
	s.note(x, nil)
}

// note adds an exchange to the report and the ledger. If its response shows a new secret,
// note keeps that secret out of reports.
func (s *sender) note(x *target.Exchange, breaches []judge.Breach) {
	s.ledger.Note(x)
	if secret := s.run.Judge.Learn(x); secret != "" {
		s.run.Redact.Add(secret)
	}
	s.record.exchange(x, breaches)
}

// window is the period to which limits on requests apply.
const window = time.Second

func (s *sender) plainAtOnce(ctx context.Context, method, path, who, times string) error {
	return s.burst(ctx, method, path, who, nil, times)
}

func (s *sender) textAtOnce(ctx context.Context, method, path, who, body, times string) error {
	return s.burst(ctx, method, path, who, &body, times)
}

// burst sends a request several times at once. The latest response is then one that was not
// refused with 429, if there is one.
func (s *sender) burst(ctx context.Context, method, path, who string, body *string, times string) error {
	count, err := s.count(times)
	if err != nil {
		return err
	}
	r, err := s.requests.make(ctx, method, path, who, body)
	if err != nil {
		return err
	}
	r.Burst = true
	if err := s.run.Client.Fresh(ctx, r); err != nil {
		return err
	}
	began := time.Now()
	answers, err := s.together(ctx, r, count)
	if err != nil {
		return err
	}
	if s.run.Client.IsLimited(r) && time.Since(began) >= window {
		return &disabledError{fmt.Sprintf("the target is too slow to show its limit: %d calls at once took %s", count, time.Since(began).Round(time.Millisecond))}
	}
	return s.takeBurst(answers)
}

// together sends a request several times at once. If one of them gets no response, what the
// others created is still noted.
func (s *sender) together(ctx context.Context, r target.Request, count int) ([]*target.Exchange, error) {
	answers, errs := make([]*target.Exchange, count), make([]error, count)
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() { answers[i], _, errs[i] = s.run.Client.Send(ctx, r) })
	}
	all.Wait()
	err := errors.Join(errs...)
	if err != nil {
		for _, x := range answers {
			if x != nil {
				s.ledger.Note(x)
			}
		}
	}
	return answers, err
}

// takeBurst records and judges the responses of a burst.
func (s *sender) takeBurst(answers []*target.Exchange) error {
	s.answer.accepted, s.answer.last = 0, nil
	broken := &judge.Mismatch{}
	for _, x := range answers {
		breaches := s.run.Judge.Breaches(x)
		s.note(x, breaches)
		var found *judge.Mismatch
		if errors.As(judge.Broken(x.OperationID(), breaches), &found) {
			broken.Findings = append(broken.Findings, found.Findings...)
		}
		if x.Succeeded() {
			s.answer.accepted++
		}
		if s.answer.last == nil || s.answer.last.Status != http.StatusTooManyRequests {
			s.answer.last = x
		}
	}
	if len(broken.Findings) > 0 {
		return broken
	}
	return nil
}

// disabledError is returned by a step when the scenario turns out not to apply to the target.
type disabledError struct{ reason string }

func (e *disabledError) Error() string { return e.reason }
