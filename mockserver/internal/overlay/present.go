package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// uiConfig is the path where the admin UI learns what to show.
const uiConfig = "/api/admin/ui-config"

// presents reports whether to change the answer to a request.
func (o *Overlay) presents(r *http.Request) bool {
	return o.PresentEnterprise && r.Method == http.MethodGet && strings.EqualFold(path.Clean(passingOf(r).path), uiConfig)
}

// maxUIConfig is how many bytes of the UI's configuration are read.
const maxUIConfig = 4 << 20

// present changes the UI's configuration so that the UI shows its Signals pages. For that,
// the UI checks the version of the Enterprise edition and the flag signals (O, in the UI of
// 8.2.0).
func (o *Overlay) present(response *http.Response) error {
	if response.StatusCode != http.StatusOK || !o.presents(response.Request) {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxUIConfig))
	_ = response.Body.Close() // everything needed was read
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

// object is a JSON object of which only some members are decoded.
type object map[string]json.RawMessage

// enterprise changes a configuration to that of an Enterprise instance.
func enterprise(text []byte, reachedAt string) ([]byte, error) {
	var config object
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	if config == nil {
		return nil, errors.New("it is null")
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

// set sets the value at a path, and creates missing objects on the way.
func (o object) set(at []string, value any) error {
	if len(at) > 1 {
		var inner object
		if present := o[at[0]]; present != nil {
			if err := json.Unmarshal(present, &inner); err != nil {
				return err
			}
		}
		if inner == nil { // also if it is null
			inner = object{}
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
