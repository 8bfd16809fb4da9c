#!/usr/bin/env bash
# Run a command with a PostgreSQL and a Redis of its own on free ports, and end both after it.
# DATABASE_URL and REDIS_URL that are set already are used as they are.
set -euo pipefail

if [ -n "${DATABASE_URL:-}" ] && [ -n "${REDIS_URL:-}" ]; then exec "$@"; fi

postgres_bin() {
	command -v pg_ctl >/dev/null && dirname "$(command -v pg_ctl)" && return
	ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1
}
if [ -z "$(postgres_bin)" ] || ! command -v redis-server >/dev/null; then
	if ! command -v apt-get >/dev/null; then echo "install PostgreSQL and Redis first" >&2; exit 1; fi
	as_root=; [ "$(id -u)" = 0 ] || as_root="sudo -n"
	$as_root apt-get update -qq
	# Their own services are not started: this script starts what it needs and ends it.
	printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
	$as_root chmod +x /usr/sbin/policy-rc.d
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
		postgresql redis-server >/dev/null
	$as_root rm /usr/sbin/policy-rc.d
fi
BIN=$(postgres_bin)
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/speccomm-services-XXXXXX")
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
DB_PORT=$(free_port)
REDIS_PORT=$(free_port)
# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$FOLDER"; fi

end_them() {
	as_owner "$BIN/pg_ctl" -D "$FOLDER/data" -m immediate stop >/dev/null 2>&1 || true
	[ -n "${REDIS_PID:-}" ] && kill "$REDIS_PID" 2>/dev/null || true
	rm -rf "$FOLDER"
}
trap end_them EXIT

as_owner "$BIN/initdb" -D "$FOLDER/data" -U speccomm --auth=trust -E UTF8 >/dev/null
as_owner "$BIN/pg_ctl" -D "$FOLDER/data" -w -l "$FOLDER/log" \
	-o "-p $DB_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200" \
	start >/dev/null
redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --save "" --appendonly no >/dev/null &
REDIS_PID=$!

export DATABASE_URL="postgresql://speccomm@127.0.0.1:$DB_PORT/postgres" REDIS_URL="redis://127.0.0.1:$REDIS_PORT/0"
"$@"
