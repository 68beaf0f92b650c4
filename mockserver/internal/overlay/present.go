package overlay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// uiConfig is where the admin UI learns what to show.
const uiConfig = "/api/admin/ui-config"

// presents reports whether the answer to a request is to be changed.
func (o *Overlay) presents(r *http.Request) bool {
	return o.PresentEnterprise && r.Method == http.MethodGet && strings.EqualFold(path.Clean(passingOf(r).path), uiConfig)
}

// maxUIConfig bounds how much of the UI's configuration is read.
const maxUIConfig = 4 << 20

// present changes the UI's configuration so that it shows its Signals pages: it
// looks at the version of the Enterprise edition and at the flag signals (O, in
// the UI of 8.2.0).
func (o *Overlay) present(response *http.Response) error {
	if response.StatusCode != http.StatusOK || !o.presents(response.Request) {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxUIConfig))
	_ = response.Body.Close() // all that is wanted was read
	if err != nil {
		return fmt.Errorf("reading the UI's configuration: %w", err)
	}
	if text, err = enterprise(text, passingOf(response.Request).reachedAt); err != nil {
		return fmt.Errorf("changing the UI's configuration: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	response.ContentLength = int64(len(text))
	response.Header.Set("Content-Length", strconv.Itoa(len(text)))
	response.Header.Del("Etag")
	return nil
}

// object is a JSON object of which some members are changed.
type object map[string]json.RawMessage

// enterprise rewrites a configuration.
func enterprise(text []byte, reachedAt string) ([]byte, error) {
	var config object
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	for _, change := range []struct {
		path  []string
		value any
	}{
		{[]string{"environment"}, "Enterprise"},
		{[]string{"unleashUrl"}, reachedAt},
		{[]string{"flags", "signals"}, true},
		{[]string{"versionInfo", "current", "enterprise"}, config["version"]},
	} {
		if err := config.set(change.path, change.value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(config)
}

// set puts a value at a path, and makes the objects on the way to it.
func (o object) set(at []string, value any) error {
	if len(at) > 1 {
		inner := object{}
		if present := o[at[0]]; present != nil {
			if err := json.Unmarshal(present, &inner); err != nil {
				return err
			}
		}
		if err := inner.set(at[1:], value); err != nil {
			return err
		}
		value = inner
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	o[at[0]] = text
	return nil
}
