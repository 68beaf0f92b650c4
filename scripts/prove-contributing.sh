#!/usr/bin/env bash
# Adds a resource to a copy of the tree, and then an operation to that resource, by following only the
# steps of CONTRIBUTING.md, and runs what must then pass: the tests of the contract and of the mock, the scenarios of the resource, and the
# lint of the document.
#
#   scripts/prove-contributing.sh
#
# The files that a contributor writes are in scripts/contributing/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly written=$PWD/scripts/contributing module=github.com/unleash-mock/unleash-mock

copy=$(mktemp -d)
mock=
finish() {
    [ -z "$mock" ] || kill "$mock" 2>/dev/null || true
    rm -rf "$copy"
}
trap finish EXIT
git ls-files -z | tar --create --null --files-from - | tar --extract --directory "$copy"
cd "$copy"

# 1. The contract: a fragment, and the document generated from all fragments.
cp "$written/notes.yaml" spec/openapi/
go generate ./spec

# 2. The room: a package, an example for each operation, a line in the list.
mkdir -p mockserver/internal/resources/notes/testdata
cp "$written/notes.go.txt" mockserver/internal/resources/notes/notes.go
cp "$written/examples.json" mockserver/internal/resources/notes/testdata/
sed -i "s#^\t\tinvoices\.Resource(),#&\n\t\tnotes.Resource(),#; s#^import (#&\n\t\"$module/mockserver/internal/resources/notes\"#" \
    mockserver/internal/resources/resources.go
go generate ./mockserver/internal/seed

# 3. The scenarios: a feature, what they can create on a target, a line in the list.
mkdir -p features/notes conformance/internal/gherkin/notes
cp "$written/notes.feature" features/notes/
cp "$written/scenarios.go.txt" conformance/internal/gherkin/notes/notes.go
sed -i "s#^\t\taccounts\.Resource(),#&\n\t\tnotes.Resource(),#; s#^import (#&\n\t\"$module/conformance/internal/gherkin/notes\"#" \
    conformance/internal/gherkin/resources/resources.go

# 4. An operation of the resource that is there now: only in its files.
git apply "$written/operation.patch"
go generate ./spec

echo "--- the tests of the contract and of the mock"
go test -vet=off ./spec/... ./mockserver/...

echo "--- its scenarios, on the mock"
go build -o "$copy/unleash-mock" ./cmd/unleash-mock
"$copy/unleash-mock" serve --listen 127.0.0.1:0 --port-file "$copy/port" --limits off --log-level error >/dev/null &
mock=$!
for _ in $(seq 100); do
    [ ! -s "$copy/port" ] || break
    sleep 0.1
done
"$copy/unleash-mock" verify --target "http://127.0.0.1:$(cat "$copy/port")" --token '*:*.unleash-insecure-admin-api-token' \
    --profile all --allow-writes --operation getNotes --operation createNote --operation getNote --operation deleteNote | tee "$copy/report"
grep -q ': 4 passed' "$copy/report"

echo "--- the lint of the document"
.ci/run spec-lint
