#!/usr/bin/env bash
# Make .venv with Python 3.11 or newer; install what Debian leaves out when we may.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  local name
  for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "Charterhouse needs Python 3.11 or newer: install it, or say where it is with PYTHON=…" >&2
  return 1
}

python=$(find_python)
[ -x .venv/bin/python ] && exit 0

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get install -y --no-install-recommends "$package" ||
      { apt-get update && apt-get install -y --no-install-recommends "$package"; }
  else
    echo "This Python cannot make environments: run 'sudo apt-get install $package', then 'make setup' again." >&2
    exit 1
  fi
fi
"$python" -m venv .venv
