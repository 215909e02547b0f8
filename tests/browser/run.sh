#!/usr/bin/env bash
# The demo in headless Chromium (Debian's package, at /usr/bin/chromium).
# Usage: run.sh HALAQAH [--screenshots DIRECTORY]; the driver is installed under target/browser.
set -euo pipefail
halaqah=$(realpath "$1")
pictures=()
if [ "${2:-}" = --screenshots ]; then
    mkdir -p "$3"
    pictures=("$(realpath "$3")")
fi
here=$(dirname "$(realpath "$0")")
work=$here/../../target/browser
mkdir -p "$work"

# What is installed already is left alone.
if ! cmp --silent "$here/package-lock.json" "$work/node_modules/.of-lock.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$work/"
    (cd "$work" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$here/package-lock.json" "$work/node_modules/.of-lock.json"
fi
# Node looks for packages beside the script.
cp "$here/demo.mjs" "$work/"

exec 3< <(HALAQAH_LOG=error exec "$halaqah" demo --listen 127.0.0.1:0)
demo=$!
trap 'kill "$demo"' EXIT
read -r ready <&3
url=$(grep -o 'http://[^ ]*' <<<"$ready")
node "$work/demo.mjs" "$url" "${pictures[@]}"
