#!/usr/bin/env bash
# Builds the samples in docs/sdks, which are programs and pages with Unleash's SDKs, and runs them on
# the mock, directly and through "unleash-mock proxy": each must notice that a flag is switched. The
# Node SDK also checks what the mock serves against the client specification.
#
#   scripts/sdk-samples.sh
#   scripts/sdk-samples.sh real    through the proxy on a real Unleash: UNLEASH_MOCK_REAL_UNLEASH has
#                                  its URL, UNLEASH_MOCK_TOKEN and the like its tokens
#
# It needs Go, Node 20 or newer with npm, and Chromium for the pages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "$*" in
'') chosen=(-skip RealUnleash) ;;
real) chosen=(-run RealUnleash) ;;
*) echo "usage: $0 [real]" >&2; exit 2 ;;
esac
samples=$(mktemp -d)
trap 'rm -rf "$samples"' EXIT
cp -R docs/sdks/. scripts/client-specification/check.mjs "$samples"
export NEXT_TELEMETRY_DISABLED=1
npm ci --silent --no-audit --no-fund --prefix "$samples"
npm run --silent --prefix "$samples" build
UNLEASH_MOCK_SDK_SAMPLES=$samples go -C internal/tools test -tags real -count=1 -v "${chosen[@]}" ./sdks
