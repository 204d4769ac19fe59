#!/usr/bin/env bash
# See that Redis is here for the tests of the queue; install it when we may.
set -euo pipefail

command -v redis-server >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get install -y --no-install-recommends redis-server ||
    { apt-get update && apt-get install -y --no-install-recommends redis-server; }
else
  echo "The tests of the queue need Redis: run 'sudo apt-get install redis-server'." >&2
  exit 1
fi
