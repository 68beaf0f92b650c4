#!/usr/bin/env bash
# Evaluates 20,000 random flags and contexts with package evaluation and with Unleash's Node SDK, and
# fails if they disagree. It prints the seed; set UNLEASH_MOCK_NODE_SDK_SEED to repeat a run.
#
#   scripts/sdk-differential.sh
#
# It needs Go, and Node 20 or newer with npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sdk=$(mktemp -d)
trap 'rm -rf "$sdk"' EXIT
cp scripts/sdk-differential/* "$sdk"
npm ci --silent --no-audit --no-fund --prefix "$sdk"
UNLEASH_MOCK_NODE_SDK=$sdk go test -tags real -count=1 -v -run '^TestAgreesWithNodeSDK$' ./mockserver/internal/evaluation
