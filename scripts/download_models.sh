#!/usr/bin/env bash
# PersonaLive's weights: says how large they are, fetches them, prints where they are.
set -euo pipefail

if [ "${1-}" = --help ] || [ "${1-}" = -h ]; then
  cat << 'END'
Usage: scripts/download_models.sh [options]

Says how large the weights of PersonaLive are that are not here, and fetches them. They are for
research. What was broken off goes on where it was. Options are those of `mien models download`:

  --models-dir FOLDER  where they go; default: MIEN_MODELS_DIR, else the cache of Hugging Face
  --force              also what is there already
  --json               paths as one line of JSON
  -q, --quiet          no sizes and no progress
  -v, --verbose        tracebacks of errors

HF_TOKEN, HF_ENDPOINT and HF_HOME are heeded.
END
  exit
fi
exec "$(dirname -- "$(readlink -f -- "$0")")/mien.sh" models download personalive "$@"
