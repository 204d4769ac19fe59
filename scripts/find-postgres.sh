#!/usr/bin/env bash
# See that a PostgreSQL server and PgBouncer are here for the tests; install them when we may.
set -euo pipefail

missing=()
command -v postgres >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
  missing+=(postgresql)
PATH="$PATH:/usr/sbin" command -v pgbouncer >/dev/null 2>&1 || missing+=(pgbouncer)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  # The tests start a cluster of their own: the package need not make one.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/charterhouse.conf
  apt-get install -y --no-install-recommends "${missing[@]}" ||
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }
else
  echo "The tests need a PostgreSQL server and PgBouncer: run 'sudo apt-get install ${missing[*]}'." >&2
  exit 1
fi
