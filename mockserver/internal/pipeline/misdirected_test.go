package pipeline

import "testing"

func TestMisdirectedNamesTheURLThatAnSDKNeeds(t *testing.T) {
	t.Parallel()
	for path, test := range map[string]struct {
		isSDK         bool
		given, needed string // empty if the URL is right, or is not an SDK's
	}{
		"/client/features":                      {true, "", serverURL},
		"/client/register":                      {false, "", serverURL},
		"/api/client/client/features":           {true, "/api/client", serverURL},
		"/api/client/features/client/features":  {true, "/api/client/features", serverURL},
		"/api/admin/client/metrics":             {true, "/api/admin", serverURL},
		"/api/frontend/client/features":         {true, "/api/frontend", serverURL},
		"/api//client/streaming":                {isSDK: true},
		"/api/frontend/frontend":                {true, "/api/frontend/frontend", browserURL},
		"/api/frontend/frontend/client/metrics": {true, "/api/frontend/frontend", browserURL},
		"/proxy":                                {true, "/proxy", browserURL},
		"/proxy/client/metrics":                 {true, "/proxy", browserURL},
		"/":                                     {true, "", browserURL},
		"/api":                                  {true, "/api", browserURL},
		"/api/frontend/":                        {isSDK: true},
		"/api/admin/nothing":                    {},
	} {
		given, needed, is := misdirected(path, test.isSDK)
		is = is && given != needed
		if wanted := test.needed != ""; is != wanted || is && (given != test.given || needed != test.needed) {
			t.Errorf("%s: given %q, needed %q, %v; want %q, %q, %v", path, given, needed, is, test.given, test.needed, wanted)
		}
	}
}

func TestAWrongURLIsToldOnce(t *testing.T) {
	t.Parallel()
	var seen wrongURLs
	if !seen.first("/a") || seen.first("/a") || !seen.first("/b") {
		t.Error("each URL must be reported the first time, and only then")
	}
	for range 2 * maxWrongURLs {
		seen.first(string(rune(len(seen.urls))))
	}
	if len(seen.urls) > maxWrongURLs {
		t.Errorf("%d URLs are remembered, want at most %d", len(seen.urls), maxWrongURLs)
	}
}
