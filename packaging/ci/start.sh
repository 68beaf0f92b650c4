#!/usr/bin/env bash
# Starts the mock for the next steps of a GitHub job, and waits until it is ready. action.yml runs it
# with the variables that it reads: PROGRAM, HTTP_PORT, FLAGS, ARGS and WAIT.
set -euo pipefail

[[ $WAIT =~ ^(([0-9]+)m)?(([0-9]+)s)?$ ]] || { echo "the input wait must be minutes and seconds, such as 1m30s, not: $WAIT" >&2; exit 2; }
wait=$((60 * 10#${BASH_REMATCH[2]:-0} + 10#${BASH_REMATCH[4]:-0}))
export HTTP_HOST=127.0.0.1 HTTP_PORT
unset UNLEASH_URL # the job's own, or that of a mock which an earlier step has started
log=$(mktemp "${RUNNER_TEMP:-/tmp}/unleash-mock.XXXXXX")
variables=$log.env
read -r -d '' -a arguments <<<"serve ${ARGS:-}" || true # it reads to the end
[ -z "${FLAGS:-}" ] || arguments+=(--flags "$FLAGS")
nohup "${PROGRAM:-unleash-mock}" "${arguments[@]}" --env-file "$variables" >"$log" 2>&1 </dev/null &
until [ -e "$variables" ]; do # it is written whole, once the mock is listening
    kill -0 "$!" 2>/dev/null || { cat "$log" >&2; exit 1; }
    [ "$SECONDS" -lt "$wait" ] || { cat "$log" >&2; echo "the mock is not ready after $WAIT" >&2; kill "$!"; exit 1; }
    sleep 0.1
done
kill -0 "$!" 2>/dev/null || { cat "$log" >&2; exit 1; }
url=$(sed -n 's/^UNLEASH_URL=//p' "$variables")
printf 'url=%s\npid=%s\n' "$url" "$!" >>"$GITHUB_OUTPUT"
sed -n '/[.]unleash-insecure-/d; s/^[A-Z_]*_TOKEN=/::add-mask::/p' "$variables" # a list in a secret is masked only as a whole
cat "$variables" >>"$GITHUB_ENV"
rm "$variables"
echo "the mock is at $url; its log is $log"
