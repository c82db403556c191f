#!/usr/bin/env bash
# Runs a command with SECRET_KEY set.
#   scripts/with_secret.sh COMMAND [ARGUMENT...]
# The embedded database gets a key of its own, made once and kept in var/ for its owner only. A database named by
# DATABASE_URL may be shared by several machines, which must then share one key: none is made up for it.
set -euo pipefail
if [ -z "${SECRET_KEY:-}" ]; then
  if [ -n "${DATABASE_URL:-}" ]; then
    {
      echo "SECRET_KEY is needed together with DATABASE_URL. Make one, keep it, and give the same to every server:"
      echo "  python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
    } >&2
    exit 2
  fi
  key_file=var/secret_key
  if [ ! -s "$key_file" ]; then
    mkdir -p var
    (umask 077 && head -c 48 /dev/urandom | base64 | tr -d '\n' >"$key_file.$$" && mv "$key_file.$$" "$key_file")
  fi
  SECRET_KEY=$(cat "$key_file")
  export SECRET_KEY
fi
exec "$@"
