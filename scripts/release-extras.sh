#!/usr/bin/env bash
# Generates what release archives contain in addition to the program: shell completions and manual
# pages, in packaging/extras.
#
#   scripts/release-extras.sh
#
# It needs Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

extras=packaging/extras
rm -rf "$extras"
mkdir -p "$extras/completions"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/unleash-mock" ./cmd/unleash-mock
for shell in bash zsh fish powershell; do
    "$dir/unleash-mock" completion "$shell" >"$extras/completions/unleash-mock.${shell/powershell/ps1}"
done
go run -tags man ./cmd/unleash-mock "$extras/man"
