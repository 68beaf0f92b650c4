//go:build unix

// This file tests the files for CI systems and the scripts that they run.

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const root = "../../"

// job holds the files that a step of a GitHub job writes to.
type job struct{ folder, output, environment, summary string }

// step runs a script as a step of a job does, with this test binary as the installed
// program.
func step(t *testing.T, script string, inputs ...string) (job, string, error) {
	t.Helper()
	folder := t.TempDir()
	j := job{folder, folder + "/output", folder + "/env", folder + "/summary"}
	program := folder + "/unleash-mock"
	if err := os.WriteFile(program, []byte("#!/bin/sh\nexec env "+asProgram+"=1 '"+self(t)+"' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", root+"packaging/ci/"+script)
	command.Env = append(append(os.Environ(), "PROGRAM="+program, "RUNNER_TEMP="+folder,
		"GITHUB_OUTPUT="+j.output, "GITHUB_ENV="+j.environment, "GITHUB_STEP_SUMMARY="+j.summary), inputs...)
	said, err := command.CombinedOutput()
	return j, string(said), err
}

// TestTheActionStartsAMock checks that the action starts a mock and passes its address on
// to the next steps.
func TestTheActionStartsAMock(t *testing.T) {
	t.Parallel()
	const admin = "*:*.secret-of-the-job"
	flags := file(t, "flags.yaml", "checkout: true\n")
	j, said, err := step(t, "start.sh", "HTTP_PORT=0", "WAIT=30s", "ARGS=--deterministic\n--base-uri-path /base\n", "FLAGS="+flags,
		"INIT_ADMIN_API_TOKENS="+admin, "UNLEASH_URL=http://of-an-earlier-step", "UNLEASH_MOCK_URL=http://of-an-earlier-step")
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	url, pid, _ := strings.Cut(strings.TrimPrefix(read(t, j.output), "url="), "\npid=")
	number, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatalf("%q is not a process ID", pid)
	}
	t.Cleanup(func() { _ = syscall.Kill(number, syscall.SIGTERM) })
	want := "UNLEASH_MOCK_BACKEND_TOKEN=" + wellknown.Backend + "\nUNLEASH_MOCK_FRONTEND_TOKEN=" + wellknown.Frontend +
		"\nUNLEASH_MOCK_TOKEN=" + admin + "\nUNLEASH_MOCK_URL=" + url + "\nUNLEASH_URL=" + url + "\n"
	if got := read(t, j.environment); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !strings.Contains(said, "::add-mask::"+admin+"\n") || strings.Contains(said, "::add-mask::"+wellknown.Backend) {
		t.Errorf("it masks other than the job's own tokens: %s", said)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/admin/signal-endpoints", strings.NewReader(`{"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Authorization": {admin}, "Content-Type": {"application/json"}}
	if _, body := do(t, request); !strings.Contains(body, `"url":"`+url+"/") {
		t.Errorf("the mock takes itself for another: %s", body)
	}
	if _, body := get(t, url+"/api/frontend", wellknown.Frontend); !strings.Contains(body, `"checkout"`) {
		t.Errorf("the mock has no flags: %s", body)
	}
	port := strings.TrimSuffix(strings.TrimPrefix(url, "http://127.0.0.1:"), "/base")
	if _, said, err := step(t, "start.sh", "HTTP_PORT="+port, "WAIT=30s"); err == nil || !strings.Contains(said, "is in use") {
		t.Errorf("on a port in use: %v, %s", err, said)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	for wait, says := range map[string]string{"1s": "not ready after 1s", "0m1s": "not ready after 0m1s", "soon": "such as 1m30s"} {
		if _, said, err := step(t, "start.sh", "HTTP_PORT=0", "WAIT="+wait, "ARGS=--spec "+silent.URL); err == nil || !strings.Contains(said, says) {
			t.Errorf("wait %s: %v, %s", wait, err, said)
		}
	}
}

// TestTheActionVerifiesATarget checks that the action verifies a target, reports the
// verdict, and fails if the target does.
func TestTheActionVerifiesATarget(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	mock := startServe(t, nil)
	unwell := httptest.NewServer(answers(broken))
	t.Cleanup(unwell.Close)
	for target, want := range map[string]struct {
		code int
		says string
	}{
		mock.url:   {exitcode.OK, "::notice title=The target keeps the contract::"},
		unwell.URL: {exitcode.Broken, "::error title=The target breaks the contract::"},
	} {
		junit := t.TempDir() + "/junit.xml"
		j, said, err := step(t, "verify.sh", "UNLEASH_MOCK_TARGET="+target, "JUNIT="+junit, "ARGS=--operation\ngetHealth", "UNLEASH_MOCK_PROFILE=")
		code := 0
		if exit, failed := err.(*exec.ExitError); failed {
			code = exit.ExitCode()
		}
		if code != want.code || !strings.HasPrefix(said, want.says) {
			t.Errorf("exit code %d, want %d: %.500s", code, want.code, said)
		}
		if !strings.Contains(read(t, junit), "<testsuite") || !strings.Contains(read(t, j.summary), "getHealth") || read(t, j.output) != "junit="+junit+"\n" {
			t.Errorf("reports: %s, %q", read(t, j.summary), read(t, j.output))
		}
	}
}

var (
	usedByAction = regexp.MustCompile(`inputs\.([a-z-]+)`)
	usedByGitLab = regexp.MustCompile(`\$\[\[ inputs\.([a-z-]+) \]\]`)
)

// TestInputsAreUsedAndDocumented checks that every input of the action and of the GitLab
// include is used, described and documented.
func TestInputsAreUsedAndDocumented(t *testing.T) {
	t.Parallel()
	docs := read(t, root+"docs/ci.md")
	type inputs map[string]struct{ Description string }
	var action struct{ Inputs inputs }
	decode(t, read(t, root+"action.yml"), &action)
	include := read(t, root+"packaging/ci/gitlab.yml")
	head, jobs, _ := strings.Cut(include, "\n---\n")
	var gitlab struct{ Spec struct{ Inputs inputs } }
	decode(t, head, &gitlab)
	decode(t, jobs, new(map[string]any))
	for name, test := range map[string]struct {
		declared inputs
		text     string
		used     *regexp.Regexp
	}{
		"action.yml": {action.Inputs, read(t, root+"action.yml"), usedByAction},
		"gitlab.yml": {gitlab.Spec.Inputs, jobs, usedByGitLab},
	} {
		var used []string
		for _, match := range test.used.FindAllStringSubmatch(test.text, -1) {
			used = append(used, match[1])
			if _, declared := test.declared[match[1]]; !declared {
				t.Errorf("%s uses the input %s, which it does not have", name, match[1])
			}
		}
		if len(test.declared) == 0 {
			t.Errorf("%s has no inputs", name)
		}
		for input, about := range test.declared {
			if !slices.Contains(used, input) || about.Description == "" || !strings.Contains(docs, "`"+input+"`") {
				t.Errorf("%s: the input %s is not used, not described or not documented", name, input)
			}
		}
	}
}

// TestTheGitLabJobTakesArguments checks that a job of GitLab can pass further arguments to verify, and need not.
func TestTheGitLabJobTakesArguments(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(read(t, root+"packaging/ci/gitlab.yml"), "\n---\n")
	var jobs map[string]struct{ Script []string }
	decode(t, text, &jobs)
	bin := t.TempDir()
	if err := os.WriteFile(bin+"/npx", []byte("#!/bin/sh\nshift 2\necho \"$#: $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	const reports = " --quiet --report junit=unleash-mock-verify.xml --report html=unleash-mock-verify.html\n"
	for given, want := range map[string]string{"": "6: verify" + reports, "--allow-writes --profile all": "9: verify --allow-writes --profile all" + reports} {
		job := exec.Command("bash", "-euc", usedByGitLab.ReplaceAllString(jobs[".unleash-mock-verify"].Script[0], "latest"))
		job.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "UNLEASH_MOCK_ARGS=" + given}
		if got, err := job.CombinedOutput(); err != nil || string(got) != want {
			t.Errorf("with %q it runs %s (%v), want %s", given, got, err, want)
		}
	}
}

// TestTheKubernetesManifest checks that the service selects the pod and that the probes ask
// for paths that the mock serves.
func TestTheKubernetesManifest(t *testing.T) {
	t.Parallel()
	type labels = map[string]string
	var service struct {
		Spec struct {
			Selector labels
			Ports    []struct {
				Port       int
				TargetPort string `yaml:"targetPort"`
			}
		}
	}
	type probe struct {
		HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
	}
	var deployment struct {
		Spec struct {
			Replicas int
			Selector struct{ MatchLabels labels } `yaml:"selector"`
			Template struct {
				Metadata struct{ Labels labels }
				Spec     struct {
					SecurityContext struct {
						RunAsNonRoot bool `yaml:"runAsNonRoot"`
						RunAsUser    int  `yaml:"runAsUser"`
					} `yaml:"securityContext"`
					Containers []struct {
						Ports []struct {
							Name          string
							ContainerPort int `yaml:"containerPort"`
						}
						Env            []struct{ Name string }
						ReadinessProbe probe `yaml:"readinessProbe"`
						LivenessProbe  probe `yaml:"livenessProbe"`
					}
				}
			}
		}
	}
	first, second, _ := strings.Cut(read(t, root+"packaging/kubernetes/unleash-mock.yaml"), "\n---\n")
	decode(t, first, &service)
	decode(t, second, &deployment)
	const label = "app.kubernetes.io/name"
	pod := deployment.Spec.Template
	if name := service.Spec.Selector[label]; name == "" || pod.Metadata.Labels[label] != name || deployment.Spec.Replicas != 1 {
		t.Errorf("the service selects %q, the pod is %q", name, pod.Metadata.Labels[label])
	}
	if len(pod.Spec.Containers) != 1 || len(pod.Spec.Containers[0].Ports) != 1 || len(service.Spec.Ports) != 1 {
		t.Fatalf("%+v", pod)
	}
	container := pod.Spec.Containers[0]
	if port := container.Ports[0]; port.ContainerPort != 4242 || service.Spec.Ports[0].TargetPort != port.Name ||
		container.ReadinessProbe.HTTPGet.Port != port.Name || container.LivenessProbe.HTTPGet.Port != port.Name {
		t.Errorf("ports: %+v, %+v", container, service.Spec.Ports)
	}
	mock := startServe(t, nil)
	for _, probe := range []probe{container.ReadinessProbe, container.LivenessProbe} {
		if response, body := get(t, mock.url+probe.HTTPGet.Path, ""); response.StatusCode != 200 {
			t.Errorf("%s answers %s", probe.HTTPGet.Path, body)
		}
	}
	for _, variable := range container.Env {
		if !slices.Contains(knownVariables(), variable.Name) {
			t.Errorf("nothing reads %s", variable.Name)
		}
	}
	if user := pod.Spec.SecurityContext; !user.RunAsNonRoot || !strings.Contains(read(t, root+"Dockerfile"), "USER "+strconv.Itoa(user.RunAsUser)+":") {
		t.Errorf("the container runs as %+v", user)
	}
}

// object is an object of Kubernetes.
type object struct {
	Kind     string
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		ServiceName string `yaml:"serviceName"`
		Replicas    int
		Selector    map[string]any
		Template    struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				SecurityContext struct {
					RunAsUser int `yaml:"runAsUser"`
				} `yaml:"securityContext"`
				Containers []struct {
					Env []struct {
						Name, Value string
						ValueFrom   struct {
							SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
						} `yaml:"valueFrom"`
					}
				}
				Volumes []struct {
					ConfigMap struct{ Name string } `yaml:"configMap"`
				}
			}
		}
	}
}

// selects returns the label of the pods that an object selects.
func (o object) selects() any {
	const label = "app.kubernetes.io/name"
	if labels, is := o.Spec.Selector["matchLabels"].(map[string]any); is {
		return labels[label]
	}
	return o.Spec.Selector[label]
}

// TestTheMocksOfKubernetes checks that the objects in docs/scale.md fit each other and the
// commands there, and that the service of the manifest does not select their pods.
func TestTheMocksOfKubernetes(t *testing.T) {
	t.Parallel()
	docs := read(t, root+"docs/scale.md")
	_, text, _ := strings.Cut(docs, "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	objects := map[string]object{}
	for _, part := range strings.Split(text, "\n---\n") {
		var one object
		decode(t, part, &one)
		objects[one.Kind+" "+one.Metadata.Name] = one
	}
	var single object
	manifest, _, _ := strings.Cut(read(t, root+"packaging/kubernetes/unleash-mock.yaml"), "\n---\n")
	decode(t, manifest, &single)
	mocks, headless := objects["StatefulSet unleash-mock"], objects["Service unleash-mocks"]
	balancer := objects["Deployment unleash-mocks-balancer"]
	if len(objects) != 5 || len(mocks.Spec.Template.Spec.Containers) != 1 || len(balancer.Spec.Template.Spec.Containers) != 1 || len(balancer.Spec.Template.Spec.Volumes) != 1 {
		t.Fatalf("%+v", objects)
	}
	for of, selecting := range map[*object][]string{
		&mocks:    {"StatefulSet unleash-mock", "Service unleash-mocks", "PodDisruptionBudget unleash-mocks"},
		&balancer: {"Deployment unleash-mocks-balancer", "Service unleash-mocks-balancer"},
	} {
		for _, name := range selecting {
			if label := of.Spec.Template.Metadata.Labels["app.kubernetes.io/name"]; label == "" || objects[name].selects() != label || single.selects() == label {
				t.Errorf("%s selects %v; the pods are %s, those of the manifest %v", name, objects[name].selects(), label, single.selects())
			}
		}
	}
	if mocks.Spec.ServiceName != headless.Metadata.Name || single.Metadata.Name == headless.Metadata.Name {
		t.Errorf("the services are %+v and %+v", headless, single)
	}
	for i := range mocks.Spec.Replicas {
		name, want := fmt.Sprint("N", i+1), fmt.Sprintf("%s-%d.%s.default.svc.cluster.local:4242", mocks.Metadata.Name, i, headless.Metadata.Name)
		if env := balancer.Spec.Template.Spec.Containers[0].Env; env[i+1].Name != name || env[i+1].Value != want {
			t.Errorf("HAProxy has %+v, want %s=%s", env, name, want)
		}
	}
	if made := "kubectl create configmap " + balancer.Spec.Template.Spec.Volumes[0].ConfigMap.Name + " --from-file=packaging/haproxy/haproxy.cfg\n"; !strings.Contains(docs, made) {
		t.Errorf("there is no command %s", made)
	}
	if user := mocks.Spec.Template.Spec.SecurityContext.RunAsUser; !strings.Contains(read(t, root+"Dockerfile"), "USER "+strconv.Itoa(user)+":") {
		t.Errorf("the containers run as %d", user)
	}
	for _, variable := range mocks.Spec.Template.Spec.Containers[0].Env {
		if !slices.Contains(knownVariables(), variable.Name) {
			t.Errorf("nothing reads %s", variable.Name)
		}
		secret := variable.ValueFrom.SecretKeyRef
		if secret.Name != "" && (!strings.Contains(docs, "kubectl create secret generic "+secret.Name+" ") || !strings.Contains(docs, "--from-literal="+secret.Key+"=")) {
			t.Errorf("%s: no command makes the secret %+v", variable.Name, secret)
		}
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
