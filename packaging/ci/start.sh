#!/usr/bin/env bash
# Starts the mock for the next steps of a GitHub job, and waits until it is ready. action.yml runs it
# with the variables that it reads: PROGRAM, HTTP_PORT, FLAGS, ARGS and WAIT.
set -euo pipefail

export HTTP_HOST=127.0.0.1 HTTP_PORT
program=${PROGRAM:-unleash-mock}
read -r -a arguments <<<"serve ${ARGS:-}"
[ -z "${FLAGS:-}" ] || arguments+=(--flags "$FLAGS")
log=$(mktemp "${RUNNER_TEMP:-/tmp}/unleash-mock.XXXXXX")
nohup "$program" "${arguments[@]}" >"$log" 2>&1 </dev/null &
until grep -q '^Try it:' "$log"; do # the last part of what it prints at startup
    kill -0 "$!" 2>/dev/null || { cat "$log" >&2; exit 1; }
    sleep 0.1
done
# Read it from the output, because arguments may choose another port, a base path or HTTPS.
url=$(sed -n 's/^unleash-mock .* listens on //p' "$log")
"$program" health --url "$url" --insecure --wait "$WAIT" || { cat "$log" >&2; kill "$!"; exit 1; }
printf 'url=%s\npid=%s\n' "$url" "$!" >>"$GITHUB_OUTPUT"
{
    echo "UNLEASH_URL=$url"
    sed -n 's/^  admin token  *\([^ ]*\).*$/UNLEASH_MOCK_TOKEN=\1/p
        s/^  server SDKs .*, token \([^ ]*\)$/UNLEASH_MOCK_BACKEND_TOKEN=\1/p
        s/^  browser SDKs .*, token \([^ ]*\)$/UNLEASH_MOCK_FRONTEND_TOKEN=\1/p' "$log"
} >>"$GITHUB_ENV"
echo "the mock is at $url; its log is $log"
