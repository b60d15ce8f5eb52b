#!/usr/bin/env bash
# Runs `mien` with these arguments: the one on the PATH, else the one that `make` installs.
set -euo pipefail

project="$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")"
if command -v mien > /dev/null; then
  exec mien "$@"
elif [ -x "$project/.venv/bin/mien" ]; then
  exec "$project/.venv/bin/mien" "$@"
fi
echo "mien: is neither on the PATH nor in $project/.venv: run \`make setup\` in $project" >&2
exit 1
