#!/usr/bin/env bash
# Calls every operation of OpenAPI documents on a mock that serves them, and checks the answers with
# Ajv. scripts/document-check/check.mjs describes the calls.
#
#   scripts/document-check.sh real URL    the whole document of a real Unleash; fails if an answer
#                                         is wrong
#   scripts/document-check.sh peers       public documents with unusual features, and those of the
#                                         tests, compared with Prism; writes the table of
#                                         docs/documents.md
#
# It needs Go, curl, and Node 20 or newer with npm. It keeps the peers in BENCH_CACHE, by default
# ~/.cache/unleash-mock/bench-peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly prism=5.16.0 node=24.21.0 examples=8.2.2 galaxy=0.6.12
readonly admin='*:*.unleash-insecure-admin-api-token'
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
cp scripts/document-check/* "$dir"
npm ci --silent --no-audit --no-fund --prefix "$dir"
go build -o "$dir/unleash-mock" ./cmd/unleash-mock

# started <url> <command...> starts a server and waits until it answers.
started() {
    local url=$1
    shift
    "$@" >"$dir/log" 2>&1 &
    server=$!
    for _ in $(seq 600); do
        curl -s -o /dev/null "$url" && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    return 1
}

stopped() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

real() {
    curl -fsS -o "$dir/openapi.json" "$1/docs/openapi.json"
    started http://127.0.0.1:4395/health "$dir/unleash-mock" serve --port 4395 --limits off --spec "$dir/openapi.json" || {
        cat "$dir/log" >&2
        exit 1
    }
    curl -fsS -o /dev/null -H "Authorization: $admin" -H 'Content-Type: application/json' -d '{"name":"known"}' \
        http://127.0.0.1:4395/api/admin/projects/default/features
    node "$dir/check.mjs" "$dir/openapi.json" http://127.0.0.1:4395 \
        --token "$admin" --weak-token user:unleash-mock-viewer \
        --token /api/client=default:development.unleash-insecure-api-token \
        --token /api/frontend=default:development.unleash-insecure-frontend-api-token \
        --value projectId=default --value project=default --value featureName=known \
        --value environment=development --value name=development --known "$dir/known-8.2.0.txt"
}

# right <document> <command...> prints how many calls a server answers correctly, and of how many.
right() {
    local document=$1
    shift
    started http://127.0.0.1:4396/ "$@" || {
        echo "does not start"
        return
    }
    rm -f "$dir/result.json"
    node "$dir/check.mjs" "$document" http://127.0.0.1:4396 --token "$admin" --json "$dir/result.json" >/dev/null || true
    if kill -0 "$server" 2>/dev/null && [ -e "$dir/result.json" ]; then
        node -p 'const { right, calls } = JSON.parse(fs.readFileSync(process.argv[1])).total; `${right} of ${calls}`' "$dir/result.json"
    else
        echo "exits"
    fi
    stopped
}

peers() {
    local cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unleash-mock/bench-peers} documents=$dir/documents file name
    mkdir -p "$cache" "$documents"
    [ -e "$cache/node_modules/@stoplight/prism-cli" ] ||
        npm install --silent --no-audit --no-fund --prefix "$cache" "@stoplight/prism-cli@$prism" "node@$node"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$documents" "@readme/oas-examples@$examples" "@scalar/galaxy@$galaxy"
    {
        echo "@readme/oas-examples $examples, @scalar/galaxy $galaxy and the documents of the tests, compared with Prism $prism: calls answered correctly, as judged by Ajv."
        echo
        echo "| document | unleash-mock | Prism |"
        echo "|---|---|---|"
        for file in "$documents"/node_modules/@readme/oas-examples/3.?/json/*.json "$documents"/node_modules/@scalar/galaxy/dist/3.1.json spec/testdata/documents/*.yaml; do
            name=${file##*/node_modules/@}
            echo "| ${name##*/documents/} | $(right "$file" "$dir/unleash-mock" serve --port 4396 --limits off --spec "$file") | $(
                right "$file" "$cache/node_modules/node/bin/node" "$cache/node_modules/@stoplight/prism-cli/dist/index.js" mock --host 127.0.0.1 --port 4396 --verboseLevel silent "$file") |"
        done
    } | awk -F ' [|] ?' '
        { split($2, ours, " of "); split($3, theirs, " of ") }
        !/^[|]/ || ours[1] != ours[2] || theirs[1] != theirs[2] || /^[|](---| document)/ { print; next }
        { whole++ }
        END { printf "\nBoth answer every call correctly for %d more documents.\n", whole }' | tee "$dir/table"
    awk -v table="$dir/table" '
        /<!-- documents: end -->/ { skipping = 0 }
        !skipping { print }
        /<!-- documents: begin -->/ { while ((getline line < table) > 0) print line; skipping = 1 }' docs/documents.md >"$dir/page"
    cp "$dir/page" docs/documents.md
}

case "${1:-}" in
real) real "${2:?the URL of an Unleash}" ;;
peers) peers ;;
*)
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
