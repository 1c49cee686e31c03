#!/usr/bin/env bash
# Packs what a host needs to run a release: the Compose file, the settings that name the images of this version, and
# deploy/. Beside the archive it writes the notes of the version, from CHANGELOG.md.
#
#   scripts/release-archive.sh VERSION IMAGES FOLDER      IMAGES is registry and folder, such as registry.example/digits/
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "release-archive.sh: $*" >&2; exit 1; }
[ $# = 3 ] || fail "usage: VERSION IMAGES FOLDER"
version=$1 images=$2 folder=$3
name=digits-$version

mkdir -p "$folder/$name"
# The section of the version, without its heading.
sed -n "/^## ${version//./\\.}\b/,/^## /{/^## /d;p}" CHANGELOG.md >"$folder/notes.md"
grep --quiet . "$folder/notes.md" || fail "CHANGELOG.md has no section for $version."

cp -r docker-compose.yml deploy LICENSE "$folder/$name/"
sed "s|^# DIGITS_IMAGES=.*|DIGITS_IMAGES=$images|; s|^# DIGITS_VERSION=.*|DIGITS_VERSION=$version|" .env.example >"$folder/$name/.env.example"
grep --quiet "^DIGITS_VERSION=$version$" "$folder/$name/.env.example" || fail ".env.example has no line for DIGITS_VERSION."
# The same sources give the same archive.
tar --create --gzip --file "$folder/$name.tar.gz" --directory "$folder" --sort=name --owner=0 --group=0 --numeric-owner \
  --mtime="@$(git log -1 --format=%ct)" "$name"
rm -r "${folder:?}/$name"
echo "$folder/$name.tar.gz"
