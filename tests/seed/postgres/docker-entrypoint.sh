#!/bin/bash
# What the official image's start script does, where tutorials notice: POSTGRES_PASSWORD (also _FILE), POSTGRES_USER, POSTGRES_DB,
# POSTGRES_HOST_AUTH_METHOD, POSTGRES_INITDB_ARGS, /docker-entrypoint-initdb.d, and a server that listens on every address.
set -euo pipefail

[ "${1#-}" = "$1" ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres: "$PGDATA"
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  [ -z "${POSTGRES_PASSWORD_FILE:-}" ] || POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
    echo >&2 "Error: Database is uninitialized and superuser password is not specified."
    echo >&2 "       You must specify POSTGRES_PASSWORD to a non-empty value for the"
    echo >&2 '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".'
    exit 1
  fi
  # shellcheck disable=SC2086
  initdb --username="$user" --auth=trust ${POSTGRES_INITDB_ARGS:-}
  printf 'host all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --silent -o "-c listen_addresses=''" start
  sql() { psql -v ON_ERROR_STOP=1 --no-password --username "$user" "$@"; }
  if [ -n "${POSTGRES_PASSWORD:-}" ]; then
    sql --dbname postgres --quiet --set user="$user" --set password="$POSTGRES_PASSWORD" \
      <<<"ALTER USER :\"user\" WITH PASSWORD :'password';"
  fi
  if [ "$database" != postgres ]; then
    sql --dbname postgres --quiet --set database="$database" <<<'CREATE DATABASE :"database";'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) sql --dbname "$database" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | sql --dbname "$database" ;;
    esac
  done
  pg_ctl --wait --silent --mode=fast stop
  echo 'PostgreSQL init process complete; ready for start up.'
fi

exec "$@" -c listen_addresses='*'
