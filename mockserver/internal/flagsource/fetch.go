package flagsource

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// timeout is the time limit for a whole answer.
	timeout = 10 * time.Second
	// maxAnswer is the size limit of an answer in bytes, the same as for a file of flags.
	maxAnswer = 16 << 20
	// maxRetryAfter is the longest Retry-After that is honoured.
	maxRetryAfter = 10 * time.Minute
	// clientSpec is the version of the client specification that is requested; with it,
	// segments are separate from flags.
	clientSpec = "5.2.0"
	// appName is the application name that the instance sees.
	appName = "unleash-mock"
)

// answer has the current flags of the instance. It has no body if they are unchanged.
type answer struct {
	body   []byte
	etag   string
	digest [sha256.Size]byte // of the body
}

// fetch requests the flags.
func (s *Source) fetch(ctx context.Context) (out answer, failure *Failure) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base.JoinPath("api/client/features").String(), http.NoBody)
	if err != nil {
		return out, unreachable(err)
	}
	for name, value := range map[string]string{
		"Accept": "application/json", "Authorization": s.Token, "If-None-Match": s.last.etag,
		"Unleash-AppName": appName, "Unleash-Client-Spec": clientSpec, "User-Agent": appName,
	} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := s.client.Do(request)
	if err != nil {
		return out, unreachable(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified && s.last.etag != "" {
		return out, nil
	}
	if response.StatusCode != http.StatusOK {
		return out, refusal(response)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return out, interrupted(err)
	}
	if len(body) > maxAnswer {
		return out, &Failure{kind: "answer", message: fmt.Sprintf("its answer has more than %d bytes", maxAnswer)}
	}
	digest := sha256.Sum256(body)
	if digest == s.last.digest { // a proxy may have removed the entity tag
		return out, nil
	}
	return answer{body, response.Header.Get("ETag"), digest}, nil
}

// interrupted returns the failure for an incomplete answer.
func interrupted(err error) *Failure {
	var slow interface{ Timeout() bool }
	if errors.As(err, &slow) && slow.Timeout() {
		return &Failure{kind: "timeout", message: fmt.Sprintf("its answer takes longer than %s", timeout)}
	}
	return &Failure{kind: "unreachable", message: "its answer broke off: " + err.Error()}
}

// meanings explain statuses.
var meanings = map[int]string{
	http.StatusUnauthorized: "it does not know the token",
	http.StatusForbidden:    "the token is not a backend token",
	http.StatusNotFound:     "it has no Client API at this URL; is the base path missing?",
}

// refusal returns the failure for an answer that is not a success.
func refusal(response *http.Response) *Failure {
	status := response.StatusCode
	text := fmt.Sprintf("it answers %d", status)
	if name := http.StatusText(status); name != "" {
		text += " " + name
	}
	out := &Failure{kind: strconv.Itoa(status), message: text, refused: status == http.StatusUnauthorized || status == http.StatusForbidden}
	if meaning := meanings[status]; meaning != "" {
		out.message = meaning + ": " + text
	} else if to, err := response.Location(); err == nil && status/100 == 3 {
		to.RawQuery, to.Fragment = "", ""
		out.message += ", which redirects to " + to.Redacted() + "; use the URL that it is served under"
	}
	out.retryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	return out
}

// retryAfter reads how long to wait, given in seconds or as a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
