#!/usr/bin/env bash
# Builds the program as for a release: static, stripped, and without code that nothing calls.
#
#   scripts/build-release.sh <file> [<version>]    GOOS and GOARCH choose the platform
#   scripts/build-release.sh --module              only make what the build needs
#
# godog uses text/template to generate code for undefined steps. text/template calls methods by name,
# so where it is linked in, the linker keeps every exported method, which makes up a quarter of the
# program. None of our runs has an undefined step. A release is therefore built with
# packaging/module/release.mod: go.mod with a copy of godog that lists such steps without a template.
# (A replace in go.mod itself would break go install.) The tag packed has the features compressed.
#
# It needs Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

module=packaging/module
godog=github.com/cucumber/godog

# Each file is complete when it appears under its name, because builds may run at the same time.
make_module() {
    local source version copy
    go mod download "$godog"
    read -r version source < <(go list -m -f '{{.Version}} {{.Dir}}' "$godog")
    copy=$module/godog-$version
    mkdir -p "$module"
    dir=$(mktemp -d "$module/new.XXXXXX")
    trap 'rm -rf "$dir"' EXIT
    if [ ! -d "$copy" ]; then
        cp -R "$source" "$dir/godog"
        chmod -R u+w "$dir/godog"
        sed 's/err := undefinedSnippetsTpl\.Execute(&buf, snips)/_, err := fmt.Fprintln(\&buf, snips)/' \
            "$source/internal/formatters/fmt_base.go" >"$dir/godog/internal/formatters/fmt_base.go"
        ! grep -q 'undefinedSnippetsTpl' "$dir/godog/internal/formatters/fmt_base.go" ||
            { echo "build-release: godog $version is different: check how it reports undefined steps" >&2; exit 1; }
        mv "$dir/godog" "$copy" 2>/dev/null || [ -d "$copy" ]
    fi
    cp go.mod "$dir/release.mod"
    cp go.sum "$dir/release.sum"
    go mod edit -replace="$godog=./$copy" "$dir/release.mod"
    mv "$dir/release.mod" "$dir/release.sum" "$module"
    GOOS='' GOARCH='' go run ./features/internal/pack >"$dir/features"
    mv "$dir/features" features/features.json.gz
}

case ${1:-} in
--module) make_module ;;
"" | -*)
    echo "usage: scripts/build-release.sh <file> [<version>]" >&2
    exit 2
    ;;
*)
    make_module
    CGO_ENABLED=0 go build -modfile "$module/release.mod" -trimpath -tags nomsgpack,packed \
        -ldflags "-s -w${2:+ -X main.version=$2}" -o "$1" ./cmd/unleash-mock
    ;;
esac
