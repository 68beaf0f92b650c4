#!/usr/bin/env bash
# Tries out what a release does, for this platform: build the program as .goreleaser.yaml says, put it
# into an archive with completions and manual pages, and make a checksum. If goreleaser is on the PATH,
# it does this and also checks the configuration; otherwise this script does the same work.
#
#   scripts/release-check.sh
#
# It needs Go, tar and sha256sum.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

platform=$(go env GOHOSTOS)_$(go env GOHOSTARCH)
if command -v goreleaser >/dev/null; then
    goreleaser check
    goreleaser release --snapshot --clean --single-target --skip=sbom
    archives=(dist/unleash-mock_*"$platform"*.tar.gz)
    archive=${archives[0]}
    (cd dist && sha256sum --check --ignore-missing --strict checksums.txt)
else
    echo "goreleaser is not installed: its configuration is not checked, and this script makes the archive"
    rm -rf dist
    scripts/release-extras.sh
    mkdir -p dist/archive
    scripts/build-release.sh dist/archive/unleash-mock 0.0.0-dev
    cp LICENSE README.md CHANGELOG.md dist/archive
    cp -R packaging/extras/completions packaging/extras/man dist/archive
    archive=dist/unleash-mock_0.0.0-dev_$platform.tar.gz
    tar -czf "$archive" -C dist/archive .
    (cd dist && sha256sum ./*.tar.gz >checksums.txt && sha256sum --check --strict checksums.txt)
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tar -xzf "$archive" -C "$dir"
ls -l "$archive"
size=$(wc -c <"$dir/unleash-mock")
echo "the program has $size bytes"
[ "$size" -le 35000000 ] || { echo "that is more than 35 MB: does something call methods by name? (scripts/build-release.sh)" >&2; exit 1; }
"$dir/unleash-mock" version
for file in LICENSE README.md CHANGELOG.md completions/unleash-mock.{bash,zsh,fish,ps1} man/unleash-mock{,-serve,-verify}.1; do
    [ -s "$dir/$file" ] || { echo "$file is not in the archive" >&2; exit 1; }
done
go run ./cmd/unleash-mock verify --list >"$dir/scenarios"
"$dir/unleash-mock" verify --list | diff "$dir/scenarios" - >/dev/null && [ -s "$dir/scenarios" ] || { echo "a release has other scenarios" >&2; exit 1; }
bash -n "$dir/completions/unleash-mock.bash"
program=$dir/unleash-mock
"$program" serve --run "'$program' health --url \"\$UNLEASH_URL\""
