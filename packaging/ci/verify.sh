#!/usr/bin/env bash
# Verifies a target in a GitHub job, with annotations, a JUnit report and the job's summary. action.yml
# runs it with the variables that it reads: PROGRAM, ARGS, JUNIT, ALLOW_WRITES, and those of
# "unleash-mock verify".
set -euo pipefail

program=${PROGRAM:-unleash-mock}
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
echo "junit=$JUNIT" >>"$GITHUB_OUTPUT"
read -r -d '' -a arguments <<<"verify ${ARGS:-}" || true # it reads to the end
status=0
"$program" "${arguments[@]}" --quiet --format github "--allow-writes=${ALLOW_WRITES:-false}" \
    --report "junit=$JUNIT" --report "markdown=$summary" || status=$?
cat "$summary" >>"$GITHUB_STEP_SUMMARY"
exit "$status"
