#!/usr/bin/env bash
# Makes the role `digits_monitor`, with which the exporter reads the database. Its password is in a volume that only this
# container and the exporter mount.
set -euo pipefail

password=/run/exporter/password
if [ ! -s "$password" ]; then
  head --bytes 24 /dev/urandom | od --address-radix=n --format=x1 | tr --delete ' \n' >"$password.new"
  # The exporter runs as another user.
  chmod 444 "$password.new"
  mv "$password.new" "$password"
fi
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --host=postgres --username=digits --dbname=digits \
  --file="$(dirname "$0")/role.sql"
echo "role.sh: the role digits_monitor may read the state of PostgreSQL and the counts of digits."
