#!/usr/bin/env bash
# Copies the backups and .env, encrypted, to the place that copies.env names (RESTIC_REPOSITORY, and credentials).
#
#   deploy/copy-backups.sh set-up         make the key, print it once, and prepare the place
#   deploy/copy-backups.sh copy           copy, delete old copies, and verify a part
#   deploy/copy-backups.sh fetch FOLDER   get the newest copy back
set -euo pipefail

cd "$(dirname "$0")/.."
say() { echo "-- $*"; }
fail() { echo "copy-backups.sh: $*" >&2; exit 1; }

command -v restic >/dev/null || fail "restic is missing. Install Debian's package restic."
[ -r copies.env ] || fail "copies.env is missing. Write RESTIC_REPOSITORY=… there (docs/backup.md)."
umask 077
set -a
# shellcheck source=/dev/null
. ./copies.env
set +a
export RESTIC_PASSWORD_FILE=$PWD/copies.key
[ -n "${RESTIC_REPOSITORY:-}" ] || fail "copies.env does not set RESTIC_REPOSITORY."
# The folder that Compose uses, also if .env sets it.
folder=$(sed -n 's/^BACKUP_FOLDER=//p' .env 2>/dev/null | tail -n 1)
folder=${folder:-./backups}

set_up() {
  [ ! -e "$RESTIC_PASSWORD_FILE" ] || fail "copies.key exists, so the place is prepared. To use another key, move copies.key away."
  openssl rand -hex 32 >"$RESTIC_PASSWORD_FILE.new"
  RESTIC_PASSWORD_FILE=$RESTIC_PASSWORD_FILE.new restic init || fail "the place cannot be prepared (see above)."
  mv "$RESTIC_PASSWORD_FILE.new" "$RESTIC_PASSWORD_FILE"
  say "Keep this key elsewhere; without it nobody reads the copies:"
  cat "$RESTIC_PASSWORD_FILE"
}

copy() {
  [ -e "$RESTIC_PASSWORD_FILE" ] || fail "copies.key is missing. Run: deploy/copy-backups.sh set-up"
  [ -n "$(find "$folder" -name 'digits-*.dump' -print -quit)" ] || fail "$folder holds no backup. Start the profile backup."
  restic backup --quiet --host digits --exclude "$folder/.partial.*" "$folder" .env
  restic forget --quiet --host digits --keep-daily 14 --keep-weekly 8 --keep-monthly 12 --prune
  restic check --quiet --read-data-subset=5%
  say "The backups are copied to $RESTIC_REPOSITORY."
}

case ${1:-} in
  set-up) set_up ;;
  copy) copy ;;
  fetch) restic restore latest --host digits --target "${2:?the folder for the copy}" ;;
  *) fail "say what to do: set-up, copy or fetch FOLDER." ;;
esac
