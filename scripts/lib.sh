# Shared by the scripts of this directory; sourced, not run.
# shellcheck shell=bash

set -Eeuo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Each failure names its command, also one that nobody thought of.
trap 'status=$?; printf "error: %s line %s: exit %s from: %s\n" "${BASH_SOURCE[0]}" "$LINENO" "$status" "$BASH_COMMAND" >&2' ERR

# run COMMAND...: shows the command, and names it when it fails.
run() {
  printf '+ %s\n' "$(quoted "$@")" >&2
  local status=0
  "$@" || status=$?
  if ((status != 0)); then
    printf 'error: exit %s from: %s\n' "$status" "$(quoted "$@")" >&2
    exit "$status"
  fi
}

quoted() {
  local words
  printf -v words '%q ' "$@"
  printf '%s' "${words% }"
}

# as_root COMMAND...: directly, or through sudo, which asks for a password only on a terminal.
as_root() {
  if ((EUID == 0)); then
    run "$@"
  elif ! command -v sudo >/dev/null; then
    die "needs root: run this as root, or install sudo"
  elif [[ -t 0 ]]; then
    run sudo "$@"
  else
    run sudo -n "$@"
  fi
}

configure() {
  cd "$root"
  run cmake --preset "$1" -Wno-dev --log-level=NOTICE
}

# prepare_objects DIRECTORY: for ccache in a system of its own, which finds it as ~/.ccache and has its
# clone in /src. Objects are found again whatever the clone is called and whenever the compiler was
# installed.
prepare_objects() {
  mkdir -p "$1"
  [[ -e $1/ccache.conf ]] ||
    printf '%s\n' 'base_dir = /src' 'hash_dir = false' 'compiler_check = content' 'max_size = 20G' >"$1/ccache.conf"
}

# build PRESET: configures and builds it in build/PRESET.
build() {
  say "building build/$1"
  configure "$1"
  run cmake --build --preset "$1"
}
