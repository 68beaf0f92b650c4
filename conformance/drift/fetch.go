package drift

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// Fetch downloads the document that an instance publishes. target is the URL of the instance,
// including any base path.
func Fetch(ctx context.Context, client *http.Client, target string) ([]byte, error) {
	url := strings.TrimRight(target, "/") + DocumentPath
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers with status %d", url, response.StatusCode)
	}
	source, err := io.ReadAll(io.LimitReader(response.Body, yamljson.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", url, err)
	}
	if len(source) > yamljson.MaxBytes {
		return nil, fmt.Errorf("%s has more than %d bytes", url, yamljson.MaxBytes)
	}
	return source, nil
}
