package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// bare is net/http alone: it sends the same answers as the mock without looking at the request.
func bare(s settings, loads []load) subject {
	paths := map[string]string{}
	for _, l := range loads {
		paths[l.id] = cmp.Or(l.barePath, l.path)
	}
	return subject{name: bareHandler, paths: paths, command: func(port string) []string {
		return []string{filepath.Join(s.cache, "benchpeers"), "--cache", s.cache, "--bare", "127.0.0.1:" + port}
	}}
}

// serveBare serves the answers that keepAnswers stored. If two loads have the same method and
// path, it serves the answer to the first.
func serveBare(ctx context.Context, cache, address string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"health":"GOOD"}`) })
	served := map[string]bool{}
	for _, load := range slices.Concat(adminLoads, sdkLoads) {
		pattern := load.method + " " + cmp.Or(load.barePath, load.path)
		if kept, err := readAnswer(cache, load); err == nil && !served[pattern] {
			served[pattern] = true
			mux.HandleFunc(pattern, kept.ServeHTTP)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// answer is the mock's answer to a load.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func answerFile(cache string, l load) string { return filepath.Join(cache, "answer-"+l.id+".json") }

// keepAnswers stores the mock's answers for the bare handler.
func keepAnswers(ctx context.Context, s settings, url string, loads []load) error {
	for _, l := range loads {
		path, body := l.path, l.body
		if l.variedQuery != "" {
			path += "?" + fmt.Sprintf(l.variedQuery, 7)
		}
		if l.varied != "" {
			body = fmt.Sprintf(l.varied, 7)
		}
		response, text, err := send(ctx, url, l.method, path, l.token, body)
		if err != nil {
			return err
		}
		if response.StatusCode != l.status && !l.revalidate {
			return fmt.Errorf("%s: %s: %s", l.name, response.Status, text)
		}
		response.Header.Del("Date") // net/http writes its own
		response.Header["Content-Length"] = []string{strconv.Itoa(len(text))}
		kept, err := json.Marshal(answer{response.StatusCode, response.Header, text})
		if err != nil {
			return err
		}
		if err := os.WriteFile(answerFile(s.cache, l), kept, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func readAnswer(cache string, l load) (kept answer, err error) {
	text, err := os.ReadFile(answerFile(cache, l))
	if err != nil {
		return kept, err
	}
	return kept, json.Unmarshal(text, &kept)
}

// ServeHTTP implements http.Handler.
func (a answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	maps.Copy(header, a.Header)
	if tag := r.Header["If-None-Match"]; tag != nil && slices.Equal(tag, a.Header["Etag"]) {
		delete(header, "Content-Type")
		delete(header, "Content-Length")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // on an error the client is gone, and there is nobody to tell
}
