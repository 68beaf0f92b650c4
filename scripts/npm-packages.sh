#!/usr/bin/env bash
# Builds and packs the packages for npm, installs them from the packed files in an empty folder, and
# runs there what users run: the command, and the samples with Vitest and Playwright. Meanwhile Go is
# not on the PATH.
#
#   scripts/npm-packages.sh          the package for this platform, with a program built as for tests
#   scripts/npm-packages.sh --all    the packages for all platforms, with programs built as for a release
#
# It needs Go and Node 20 or newer with npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
if [ "${1:-}" = --all ]; then
    npm run --silent --prefix packaging/npm build:all
    host=$(node -p '`${process.platform}-${process.arch}`')
    [ "$(find packaging/npm/dist -name '*.tgz' | wc -l)" = 7 ] || { echo "a package is missing" >&2; exit 1; }
    packages=(packaging/npm/dist/unleash-mock-[0-9]*.tgz packaging/npm/dist/unleash-mock-"$host"-[0-9]*.tgz)
else
    go build -o "$dir/unleash-mock" ./cmd/unleash-mock
    npm run --silent --prefix packaging/npm build -- --binary "$dir/unleash-mock"
    packages=(packaging/npm/dist/*.tgz)
fi

cp -R packaging/npm/samples "$dir/samples"
npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$dir/samples"
# The packages for other platforms are optional, and missing here.
npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$dir/samples" "${packages[@]/#/$PWD/}"

mkdir "$dir/path"
for program in node npm npx; do
    ln -s "$(command -v "$program")" "$dir/path/$program"
done
PATH=$dir/path:/usr/bin:/bin
! command -v go >/dev/null || { echo "Go is still on the PATH: $(command -v go)" >&2; exit 1; }
export README=$PWD/README.md
cd "$dir/samples"
npm run --silent types
node --test
npm run --silent vitest
npm run --silent playwright
