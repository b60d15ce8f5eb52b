#!/usr/bin/env bash
# A portrait follows a film, rendered by PersonaLive; without arguments both are Mien's own.
set -euo pipefail

usage() {
  cat << 'END'
Usage: scripts/predict.sh [options] [-- OPTIONS OF `mien animate`]

Lets a portrait do what a film shows, with PersonaLive, and prints the path of the result.

      --ref_image FILE      the portrait; default: the built-in one
      --driving_video FILE  whose face moves it; default: the built-in portrait saying hello, a
                            film that is made once, in the folder mien of your cache
  -o, --output FILE         default: outputs/animate_<date>_<time>.mp4
  -W, --width N             of the result, a multiple of 64 from 256 to 1024; default: 512
  -H, --height N            the same; default: 512
  -L, --max_frames N        frames at most, 0 = all; default: 100
      --steps N             4, or for more fineness and less speed 8, 12...; default: 4
      --seed N              default: 42
      --force               overwrite an existing result
      --verbose             tracebacks of errors
      --help                this text

The weights are fetched with scripts/download_models.sh. All else `mien animate` can do follows --, as
in: scripts/predict.sh --ref_image me.jpg -- --device cpu
END
}

fail() {
  echo "predict.sh: $1" >&2
  exit 2
}

check_side() {
  case $2 in
    "" | 0* | *[!0-9]* | ?????*) ;;
    *) if (($2 % 64 == 0 && $2 >= 256 && $2 <= 1024)); then return; fi ;;
  esac
  fail "$1: '$2' is not a multiple of 64 from 256 to 1024"
}

here="$(dirname -- "$(readlink -f -- "$0")")"
data="$here/../src/mien/data"
portrait="$data/astronaut.png"
driving=""
width=512
height=512
max_frames=100
steps=4
seed=42
more=()

while [ $# -gt 0 ]; do
  case $1 in
    --*=*)
      name="${1%%=*}"
      value="${1#*=}"
      shift
      set -- "$name" "$value" "$@"
      ;;
  esac
  case $1 in
    --ref_image | --driving_video | --output | -o | --width | -W | --height | -H | --max_frames | \
      -L | --steps | --seed)
      case ${2-} in
        "" | --* | -[oWHLh]) fail "$1: needs a value; see --help" ;;
      esac
      ;;
  esac
  case $1 in
    --ref_image) portrait=$2 ;;
    --driving_video) driving=$2 ;;
    --output | -o) more+=(-o "$2") ;;
    --width | -W) width=$2 ;;
    --height | -H) height=$2 ;;
    --max_frames | -L) max_frames=$2 ;;
    --steps) steps=$2 ;;
    --seed) seed=$2 ;;
    --force | --verbose) more+=("$1") && shift && continue ;;
    --help | -h) usage && exit ;;
    --) shift && break ;;
    *) fail "$1: is no option; see --help" ;;
  esac
  shift 2
done

check_side --width "$width"
check_side --height "$height"
if [ -z "$driving" ]; then
  cache=${MIEN_CACHE_DIR:-${XDG_CACHE_HOME:-~/.cache}/mien}
  driving="$cache/says-hello.mp4"
  if [ ! -f "$driving" ]; then
    mkdir -p -- "$cache"
    "$here/mien.sh" talk "$data/astronaut.png" --audio "$data/hello.ogg" -o "$driving" --quiet \
      --force > /dev/null
  fi
fi
# What is drawn is square, and as large as it is shown.
exec "$here/mien.sh" animate --engine personalive --driving "$driving" --no-paste-back \
  --size "${width}x$height" --resolution "$((width < height ? width : height))" \
  --max-frames "$max_frames" --steps "$steps" --seed "$seed" ${more[@]+"${more[@]}"} "$@" \
  -- "$portrait"
