#!/usr/bin/env bash
# Public clients of Google Sheets, unmodified, against `halaqah sandbox`.
# Usage: run.sh HALAQAH (the program's binary). Installs the clients under target/clients.
set -euo pipefail
halaqah=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$here/../../target/clients
mkdir -p "$work"

# What is installed already is left alone.
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
if ! cmp --silent "$here/package-lock.json" "$work/node_modules/.of-lock.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$work/"
    (cd "$work" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$here/package-lock.json" "$work/node_modules/.of-lock.json"
fi

exec 3< <(exec "$halaqah" sandbox --listen 127.0.0.1:0)
sandbox=$!
trap 'kill "$sandbox"' EXIT
read -r url <&3

passed=0 failed=0
# Prints one line for a client; what it said is shown if it failed.
try() {
    local name=$1 said
    shift
    if said=$("$@" "$url" 2>&1); then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        echo "$said" | tail -n 40
    fi
}
for script in "$here"/*.py; do
    try "$(basename "$script")" "$work/venv/bin/python" "$script"
done
for script in "$here"/*.mjs; do
    # Node looks for packages beside the script.
    cp "$script" "$work/"
    try "$(basename "$script")" node "$work/$(basename "$script")"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
