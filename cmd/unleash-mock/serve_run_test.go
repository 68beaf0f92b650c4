//go:build unix

// The commands in these tests are for a Unix shell.

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestServeEndsWithItsCommand checks that serve exits with the command's exit code, or with
// 1 if the command succeeded and violations count.
func TestServeEndsWithItsCommand(t *testing.T) {
	t.Parallel()
	ask := asProgram + "=1 '" + self(t) + "' health --url $UNLEASH_URL"
	const (
		send   = `curl -sS -X PUT "$UNLEASH_URL/api/admin/signal-endpoints/1337" -H "Authorization: $UNLEASH_MOCK_TOKEN" -H 'Content-Type: application/json' -o /dev/null -d `
		coerce = send + `'{"name":"renamed","enabled":"true"}'`
		force  = `curl -sS "$UNLEASH_URL/health" -H 'Prefer: code=418' -o /dev/null`
	)
	for name, test := range map[string]struct {
		run  string
		args []string
		code int
		says string
	}{
		"succeeds":                       {ask, nil, exitcode.OK, ""},
		"fails":                          {ask + "; exit 7", nil, 7, "the command failed: exit status 7"},
		"is killed":                      {"kill -KILL $$", nil, killed + 9, "the command failed: signal: killed"},
		"is not there":                   {"no-such-command", nil, 127, "the command failed: exit status 127"},
		"lets something pass":            {coerce, []string{"--validation", "faithful"}, exitcode.Broken, "the contract was broken once"},
		"in a workspace that goes":       {strings.Replace(coerce, "/api/", "/w/a/api/", 1) + ` && curl -sS -X DELETE "$UNLEASH_URL/_mock/workspaces/a"`, []string{"--validation", "faithful"}, exitcode.Broken, "the contract was broken once"},
		"lets something pass, uncounted": {coerce, []string{"--validation", "faithful", "--count", "none"}, exitcode.OK, ""},
		"lets pass and fails":            {coerce + "; exit 7", []string{"--validation", "faithful"}, 7, "the contract was broken once"},
		"is refused":                     {coerce, nil, exitcode.OK, ""},
		"is refused, counted":            {coerce, []string{"--count", "all"}, exitcode.Broken, "the contract was broken once"},
		"gets what a rule forces":        {force, []string{"--count", "all"}, exitcode.OK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append([]string{"serve", "--run", test.run}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.stderr, test.says) {
				t.Errorf("exit code %d, want %d: %s%s", got.code, test.code, got.stderr, got.stdout)
			}
			if strings.Contains(got.stdout, "listens on") {
				t.Errorf("the mock's output is mixed with the command's: %s", got.stdout)
			}
		})
	}
}

// TestServeTellsItsCommandTheTokens checks that the command and the file of variables get the
// mock's tokens, whatever their source.
func TestServeTellsItsCommandTheTokens(t *testing.T) {
	t.Parallel()
	seed := file(t, "seed.yaml", "apiTokens:\n  - {name: mine, type: backend, secret: 'default:development.from-the-seed'}\n")
	const show = `echo "<$UNLEASH_MOCK_TOKEN> <$UNLEASH_MOCK_BACKEND_TOKEN> <$UNLEASH_MOCK_FRONTEND_TOKEN>"`
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"built in":    {nil, nil, "<" + wellknown.Admin + "> <" + wellknown.Backend + "> <" + wellknown.Frontend + ">\n"},
		"environment": {map[string]string{"INIT_FRONTEND_API_TOKENS": "default:development.a, default:development.b"}, nil, "<" + wellknown.Admin + "> <" + wellknown.Backend + "> <default:development.a>\n"},
		"seed":        {nil, []string{"--seed", seed}, "<> <default:development.from-the-seed> <>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, test.env, append([]string{"serve", "--run", show}, test.args...)...)
			if got.code != exitcode.OK || got.stdout != test.want {
				t.Errorf("exit code %d, %q, want %q: %s", got.code, got.stdout, test.want, got.stderr)
			}
			variables := t.TempDir() + "/env"
			mock := startServe(t, test.env, append([]string{"--env-file", variables}, test.args...)...)
			if said, err := typed(t, ".", "unset ${!UNLEASH_*}; . "+variables, show+"; echo $UNLEASH_URL"); err != nil || said != test.want+mock.url+"\n" {
				t.Errorf("the file says %q, want %q: %v", said, test.want+mock.url, err)
			}
			if info, err := os.Stat(variables); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
		})
	}
}

// TestAMockInTheCommandOfAnother checks that a mock started by the command of another mock, or of
// a proxy, has its own URL, unless it is given one.
func TestAMockInTheCommandOfAnother(t *testing.T) {
	t.Parallel()
	const show = `curl -sS "$UNLEASH_URL/api/admin/signal-endpoints" -H "Authorization: $UNLEASH_MOCK_TOKEN" -H 'Content-Type: application/json' -d '{"name":"x"}' | sed "s|$UNLEASH_URL|<own>|"`
	upstream := startServe(t, nil)
	inner := asProgram + `=1 "$SELF" serve --run "$SHOW"`
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"of a mock":  {[]string{"serve", "--run", inner}, "<own>"},
		"of a proxy": {[]string{"proxy", "--upstream", upstream.url, "--run", inner}, "<own>"},
		"given one":  {[]string{"serve", "--run", "UNLEASH_URL=http://given " + inner}, "http://given"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := process(t, test.args...)
			program.Env = append(program.Env, "SELF="+self(t), "SHOW="+show)
			said, err := program.Output()
			if want := `"url":"` + test.want + `/api/signal-endpoint/x"`; !strings.Contains(string(said), want) {
				t.Errorf("it says %s (%v), want %s", said, err, want)
			}
		})
	}
}

// startBeside runs a mock with a command in a separate process, and waits until the command
// says that it has started.
func startBeside(t *testing.T, run string, args ...string) (*exec.Cmd, *output) {
	t.Helper()
	program, said := process(t, append([]string{"serve", "--run", run}, args...)...), newOutput()
	program.Stdout, program.Stderr = said, said
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	said.await("started")
	return program, said
}

// TestSignalsArePassedOn checks that the command gets a signal and ends in its own way
// while the mock still runs. The signal is sent twice, as by a launcher in the same process
// group, or followed by another, as by systemd.
func TestSignalsArePassedOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		signal syscall.Signal
		again  syscall.Signal
		trap   string
		code   int
	}{
		"ends well":    {syscall.SIGINT, syscall.SIGINT, `trap 'curl -fsS $UNLEASH_URL/health && exit 0' INT`, exitcode.OK},
		"own code":     {syscall.SIGHUP, syscall.SIGHUP, `trap 'exit 5' HUP`, 5},
		"is ended":     {syscall.SIGTERM, syscall.SIGTERM, ":", killed + int(syscall.SIGTERM)},
		"another trap": {syscall.SIGINT, syscall.SIGINT, `trap 'exit 5' TERM`, killed + int(syscall.SIGINT)},
		"systemd":      {syscall.SIGTERM, syscall.SIGHUP, `trap 'exit 5' TERM HUP`, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, said := startBeside(t, test.trap+`; echo started; sleep 1000 & wait`)
			_ = program.Process.Signal(test.signal)
			_ = program.Process.Signal(test.again)
			_ = program.Wait() // the exit code is checked below
			if got := program.ProcessState.ExitCode(); got != test.code {
				t.Errorf("exit code %d, want %d: %s", got, test.code, said)
			}
		})
	}
}

// TestASecondSignalEndsTheCommandAtOnce checks that a second signal ends the command and
// what it has started at once.
func TestASecondSignalEndsTheCommandAtOnce(t *testing.T) {
	t.Parallel()
	program, said := startBeside(t, `trap 'echo trapped' INT; sleep 1000 & echo started; wait; wait; wait`, "--drain", "10m")
	_ = program.Process.Signal(syscall.SIGINT)
	said.await("trapped")
	waitSignalling(program, syscall.SIGTERM) // it returns, so nothing holds the output open
	if program.ProcessState.ExitCode() != exitcode.Error {
		t.Errorf("%s: %s", program.ProcessState, said)
	}
}
