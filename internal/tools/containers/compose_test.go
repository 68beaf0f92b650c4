// Package containers_test checks the files that run the product in containers:
// docker-compose.yml and the Dockerfile must agree with each other, and with what users
// rely on.
package containers_test

import (
	"encoding/json"
	"net"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const root = "../../../"

// Services of the compose file.
const (
	mockService     = "unleash-mock"
	verifyService   = "verify"
	realService     = "unleash"
	postgresService = "postgres"
	haproxyService  = "haproxy"
	storeService    = "store"
)

// profiles are all profiles of the compose file.
var profiles = []string{"real", "verify", "scale"}

// publishedTokens are the example tokens of Unleash's own docs, which users already have in
// their configuration.
var publishedTokens = map[string]string{
	"INIT_ADMIN_API_TOKENS":    wellknown.Admin,
	"INIT_BACKEND_API_TOKENS":  wellknown.Backend,
	"INIT_FRONTEND_API_TOKENS": wellknown.Frontend,
}

func TestProfilesStartTheServicesTheyPromise(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		profiles []string
		services []string
	}{
		"no profile starts the mock alone":                  {nil, []string{mockService}},
		"real adds Unleash and its database":                {[]string{"real"}, []string{mockService, realService, postgresService}},
		"scale adds mocks behind HAProxy, and their store":  {[]string{"scale"}, []string{mockService, haproxyService, "n1", "n2", "n3", "n4", storeService}},
		"verify adds the suite":                             {[]string{"verify"}, []string{mockService, verifyService}},
		"an unknown profile starts nothing but the default": {[]string{"none"}, []string{mockService}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := loadCompose(t, c.profiles...).ServiceNames()
			slices.Sort(got)
			slices.Sort(c.services)
			if diff := cmp.Diff(c.services, got); diff != "" {
				t.Errorf("services differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryPortIsOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for name, service := range loadCompose(t, profiles...).Services {
		for _, port := range service.Ports {
			got[name] = append(got[name], net.JoinHostPort(port.HostIP, port.Published))
		}
	}
	want := map[string][]string{
		mockService:    {"127.0.0.1:4242"},
		realService:    {"127.0.0.1:4243"},
		haproxyService: {"127.0.0.1:4244"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published ports differ (-want +got):\n%s", diff)
	}
}

func TestServicesWaitForHealthyOnes(t *testing.T) {
	t.Parallel()
	project := loadCompose(t, profiles...)
	want := map[string]map[string]string{
		verifyService: {mockService: types.ServiceConditionHealthy},
		realService:   {postgresService: types.ServiceConditionHealthy},
		haproxyService: {
			"n1": types.ServiceConditionHealthy, "n2": types.ServiceConditionHealthy,
			"n3": types.ServiceConditionHealthy, "n4": types.ServiceConditionHealthy,
		},
		"n1": {storeService: types.ServiceConditionHealthy}, "n2": {storeService: types.ServiceConditionHealthy},
		"n3": {storeService: types.ServiceConditionHealthy}, "n4": {storeService: types.ServiceConditionHealthy},
	}
	got := map[string]map[string]string{}
	for name, service := range project.Services {
		for awaited, dependency := range service.DependsOn {
			if got[name] == nil {
				got[name] = map[string]string{}
			}
			got[name][awaited] = dependency.Condition
			if check := project.Services[awaited].HealthCheck; check == nil || check.Disable || len(check.Test) == 0 {
				t.Errorf("%s waits until %s is healthy, which has no health check", name, awaited)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dependencies differ (-want +got):\n%s", diff)
	}
}

func TestVerifyRunsTheSuiteAgainstTheMock(t *testing.T) {
	t.Parallel()
	verify := service(t, verifyService)
	want := types.ShellCommand{"verify", "--target", "http://" + mockService + ":4242", "--allow-writes"}
	if diff := cmp.Diff(want, verify.Command); diff != "" {
		t.Errorf("command differs (-want +got):\n%s", diff)
	}
	if verify.HealthCheck == nil || !verify.HealthCheck.Disable {
		t.Error("verify inherits the image's health check, though it serves nothing")
	}
	if diff := cmp.Diff(service(t, mockService).Build, verify.Build); diff != "" {
		t.Errorf("verify is not built as the mock is (-mock +verify):\n%s", diff)
	}
}

func TestTheRealUnleashIsTheOneThatTheMockImitates(t *testing.T) {
	t.Parallel()
	unleash := service(t, realService)
	version := firstMatch(t, "scripts/real-unleash.sh", `(?m)^default_version=(\S+)$`)
	if want := "unleashorg/unleash-server:" + version; unleash.Image != want {
		t.Errorf("image %s, want %s as in scripts/real-unleash.sh", unleash.Image, want)
	}
	if image := service(t, postgresService).Image; image != "postgres:15-alpine" {
		t.Errorf("database image %s, want postgres:15-alpine", image)
	}
	for variable, want := range publishedTokens {
		if got := environment(unleash, variable); got != want {
			t.Errorf("%s is %q, want %q", variable, got, want)
		}
	}
	if ssl := environment(unleash, "DATABASE_SSL"); ssl != "false" {
		t.Errorf("DATABASE_SSL is %q, want false", ssl)
	}
}

func TestTheDatabaseURLIsTheDatabaseOfTheComposeFile(t *testing.T) {
	t.Parallel()
	database := service(t, postgresService)
	want := "postgres://" + environment(database, "POSTGRES_USER") + ":" + environment(database, "POSTGRES_PASSWORD") +
		"@" + postgresService + ":5432/" + environment(database, "POSTGRES_DB")
	if got := environment(service(t, realService), "DATABASE_URL"); got != want {
		t.Errorf("DATABASE_URL is %q, want %q", got, want)
	}
}

// TestTheMocksOfScaleAreThoseOfHAProxy checks that the mocks have the names that HAProxy's
// configuration knows, share one store, and run as the image does.
func TestTheMocksOfScaleAreThoseOfHAProxy(t *testing.T) {
	t.Parallel()
	const config = "packaging/haproxy/haproxy.cfg"
	haproxy, store := service(t, haproxyService), service(t, storeService)
	servers := regexp.MustCompile(`(?m)^    server (n\d+) "\$\{(N\d+)-`).FindAllStringSubmatch(read(t, config), -1)
	if len(servers) != 4 {
		t.Fatalf("the configuration has %d servers", len(servers))
	}
	want := "postgres://" + environment(store, "POSTGRES_USER") + ":" + environment(store, "POSTGRES_PASSWORD") +
		"@" + storeService + ":5432/" + environment(store, "POSTGRES_DB")
	for _, server := range servers {
		name, variable := server[1], server[2]
		mock := service(t, name)
		if got := environment(haproxy, variable); got != name+":4242" {
			t.Errorf("%s is %q", variable, got)
		}
		if got := environment(mock, "UNLEASH_MOCK_INSTANCE"); got != name {
			t.Errorf("the instance of %s is %q", name, got)
		}
		if got := environment(mock, "UNLEASH_MOCK_STORE"); got != want {
			t.Errorf("the store of %s is %q, want %q", name, got, want)
		}
		if environment(mock, "UNLEASH_MOCK_TRUST_FORWARDED") != "true" {
			t.Errorf("%s does not trust HAProxy's headers", name)
		}
		if mock.Entrypoint != nil || mock.Command != nil || len(mock.Ports) > 0 {
			t.Errorf("%s does not run as its image says: %q %q %v", name, mock.Entrypoint, mock.Command, mock.Ports)
		}
	}
	if len(haproxy.Volumes) != 1 || !strings.HasSuffix(haproxy.Volumes[0].Source, config) || !haproxy.Volumes[0].ReadOnly {
		t.Errorf("HAProxy has the volumes %v", haproxy.Volumes)
	}
	if version := strings.TrimSuffix(strings.TrimPrefix(haproxy.Image, "haproxy:"), "-alpine"); !strings.Contains(read(t, config), "HAProxy "+version+" or newer") {
		t.Errorf("the image is %s, but the configuration is for another version", haproxy.Image)
	}
}

func TestTheMockRunsAsItsImageSays(t *testing.T) {
	t.Parallel()
	mock, image := service(t, mockService), readDockerfile(t)
	if mock.Entrypoint != nil || mock.Command != nil {
		t.Errorf("compose replaces the image's command by %q %q", mock.Entrypoint, mock.Command)
	}
	if diff := cmp.Diff([]string{"unleash-mock", "serve"}, slices.Concat(image.exec(t, "ENTRYPOINT"), image.exec(t, "CMD"))); diff != "" {
		t.Errorf("the image's command differs (-want +got):\n%s", diff)
	}
	_, probe, _ := strings.Cut(image.last(t, "HEALTHCHECK"), "CMD ")
	want := []string{"unleash-mock", "health"}
	if diff := cmp.Diff(want, parseExec(t, probe)); diff != "" {
		t.Errorf("the image's health check differs (-want +got):\n%s", diff)
	}
	if mock.HealthCheck == nil {
		t.Fatal("compose has no health check for the mock")
	}
	if diff := cmp.Diff(types.HealthCheckTest(append([]string{"CMD"}, want...)), mock.HealthCheck.Test); diff != "" {
		t.Errorf("compose's health check differs (-want +got):\n%s", diff)
	}
	port := image.last(t, "EXPOSE")
	variables := image.last(t, "ENV")
	for _, want := range []string{"HTTP_HOST=0.0.0.0", "HTTP_PORT=" + port} {
		if !slices.Contains(strings.Fields(variables), want) {
			t.Errorf("ENV %s lacks %s", variables, want)
		}
	}
	for _, published := range mock.Ports {
		if got := published.Target; port != "4242" || got != 4242 {
			t.Errorf("compose publishes port %d, the image exposes %s, want 4242", got, port)
		}
	}
}

func TestTheImageIsSmallAndNotRoot(t *testing.T) {
	t.Parallel()
	image := readDockerfile(t)
	if base := image.last(t, "FROM"); !strings.HasPrefix(base, "gcr.io/distroless/static-") || !strings.HasSuffix(base, ":nonroot") {
		t.Errorf("the image is based on %s, want a nonroot distroless/static", base)
	}
	user := image.last(t, "USER")
	if !regexp.MustCompile(`^[1-9]\d*(:[1-9]\d*)?$`).MatchString(user) {
		t.Errorf("USER %s is not the number of a user that is not root", user)
	}
	if want := "--from=build --chown=" + user + " /data /data"; image.last(t, "COPY") != want {
		t.Errorf("the image has no folder for volumes that belongs to %s: %s", user, image.last(t, "COPY"))
	}
	copied := strings.Fields(image["COPY"][0])
	if target := copied[len(copied)-1]; path.Dir(target) != "/usr/local/bin" || path.Base(target) != image.exec(t, "ENTRYPOINT")[0] {
		t.Errorf("the binary is copied to %s, where the entry point does not find it", target)
	}
}

func TestTheImageIsBuiltWithTheGoOfTheModule(t *testing.T) {
	t.Parallel()
	module := firstMatch(t, "go.mod", `(?m)^go (\d+\.\d+)`)
	if image := firstMatch(t, "Dockerfile", `(?m)^FROM --platform=\$BUILDPLATFORM golang:(\S+)`); image != module {
		t.Errorf("the image is built with Go %s, go.mod says %s", image, module)
	}
	build := firstMatch(t, "Dockerfile", `(?m)^RUN (.*build-release.*)$`)
	for _, want := range []string{"GOOS=${TARGETOS}", "GOARCH=${TARGETARCH}", "scripts/build-release.sh /out/unleash-mock", "${VERSION}"} {
		if !strings.Contains(build, want) {
			t.Errorf("the build %q lacks %s", build, want)
		}
	}
	if ignored := read(t, ".dockerignore"); !strings.Contains(ignored, "\nscripts\n!scripts/build-release.sh\n") {
		t.Error("the image's build does not include the script that it runs")
	}
}

// loadCompose reads docker-compose.yml as docker compose does.
func loadCompose(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  root,
		ConfigFiles: []types.ConfigFile{{Filename: root + "docker-compose.yml"}},
		Environment: types.Mapping{},
	}, func(options *loader.Options) { options.Profiles = profiles })
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func service(t *testing.T, name string) types.ServiceConfig {
	t.Helper()
	found, err := loadCompose(t, profiles...).GetService(name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestTheControlAPICanBeTurnedOn checks that every mock gets the token from the environment of
// docker compose. In a container the control API is off without it.
func TestTheControlAPICanBeTurnedOn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{mockService, "n1", "n2", "n3", "n4"} {
		if _, passed := service(t, name).Environment["UNLEASH_MOCK_CONTROL_TOKEN"]; !passed {
			t.Errorf("%s does not get the token of the control API", name)
		}
	}
}

// environment returns a variable of a service, or "" if it is not set.
func environment(service types.ServiceConfig, name string) string {
	if value := service.Environment[name]; value != nil {
		return *value
	}
	return ""
}

// dockerfile holds the arguments of the last stage's instructions, by instruction.
type dockerfile map[string][]string

func readDockerfile(t *testing.T) dockerfile {
	t.Helper()
	text := strings.ReplaceAll(read(t, "Dockerfile"), "\\\n", " ")
	instructions := dockerfile{}
	for line := range strings.Lines(text) {
		keyword, arguments, _ := strings.Cut(strings.TrimSpace(line), " ")
		if keyword == "" || strings.HasPrefix(keyword, "#") {
			continue
		}
		if keyword == "FROM" {
			instructions = dockerfile{}
		}
		instructions[keyword] = append(instructions[keyword], strings.TrimSpace(arguments))
	}
	return instructions
}

// last returns the arguments of the last such instruction, which is the one that counts.
func (d dockerfile) last(t *testing.T, keyword string) string {
	t.Helper()
	all := d[keyword]
	if len(all) == 0 {
		t.Fatalf("the last stage of the Dockerfile has no %s", keyword)
	}
	return all[len(all)-1]
}

// exec returns the command of an instruction in exec form.
func (d dockerfile) exec(t *testing.T, keyword string) []string {
	t.Helper()
	return parseExec(t, d.last(t, keyword))
}

// parseExec parses the exec form. The shell form would not work: the image has no shell.
func parseExec(t *testing.T, text string) []string {
	t.Helper()
	var command []string
	if err := json.Unmarshal([]byte(text), &command); err != nil || len(command) == 0 {
		t.Fatalf("%q is not a command in exec form: %v", text, err)
	}
	return command
}

// firstMatch returns the first group of the pattern's first match in a file.
func firstMatch(t *testing.T, file, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(read(t, file))
	if found == nil {
		t.Fatalf("%s has no match of %s", file, pattern)
	}
	return found[1]
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(root + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
