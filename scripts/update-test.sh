#!/usr/bin/env bash
# Tests deploy/update.sh with an installation like that of a release, behind Caddy, and with a registry on this machine. A
# program sends drawings all the time, and each must be answered and stored. It uses a separate Compose project, and removes
# all containers, images and data.
#
#   scripts/update-test.sh
#   UPDATE_TEST_VERSION=<tag>     use the images digits-api and digits-model with this tag, instead of building them
set -euo pipefail

cd "$(dirname "$0")/.."
project=digits-update-test
base=${UPDATE_TEST_VERSION:-update-test}
unset POSTGRES_PASSWORD API_DATABASE_PASSWORD POSTGRES_VERSION DATABASE_VOLUME BACKUP_FOLDER
unset DIGITS_VERSION DIGITS_IMAGES DIGITS_PORT COMPOSE_PROFILES PUBLIC_URL DOMAIN
export COMPOSE_PROJECT_NAME=$project WEB_NETWORK=10.203.87

say() { echo "-- $(date +%T) $*"; }
fail() { echo "update-test.sh: $*" >&2; exit 1; }

clean_up() {
  outcome=$?
  cd "$folder"
  rm -f sending
  [ "$outcome" = 0 ] || docker compose logs --no-color --tail 40 >&2 || true
  wait
  docker compose --profile '*' down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
  docker rm --force --volumes "$project-registry" >/dev/null 2>&1 || true
  docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "label=$project" | xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true
  [ -n "${UPDATE_TEST_VERSION:-}" ] || docker image rm digits-api:update-test digits-model:update-test >/dev/null 2>&1 || true
  cd /
  # Root owns some of the files.
  rm -rf "$folder" 2>/dev/null || docker run --rm --volume "$folder:/folder" postgres:17-trixie bash -c 'rm -rf /folder/*'
}

# Adds a version of a service to the registry, from the lines of a Dockerfile.
publish() { # service, version, lines
  printf '%s\n' "${@:3}" "LABEL $project=$2" | docker build --quiet --tag "$registry/digits-$1:$2" - >/dev/null
  docker push --quiet "$registry/digits-$1:$2" >/dev/null
  # The update must get the image from the registry.
  docker image rm "$registry/digits-$1:$2" >/dev/null
}

ask() { curl --silent --show-error --noproxy '*' --max-time 60 --cacert "$folder/root.crt" --connect-to "localhost:443:127.0.0.1:$https" "$@"; }

# Sends drawings until the file `sending` is gone, and writes a line for each: status, seconds, answer.
send() {
  while [ -e sending ]; do
    ask --write-out ' %{http_code} %{time_total}\n' --header 'Content-Type: application/json' \
      --data '{"strokes": [[[140, 40], [140, 240]]]}' https://localhost/predict 2>&1 || echo failed
    sleep 0.05
  done >>answers
}

# Every drawing was answered and stored, in the whole test up to now.
expect_answers() {
  local failed
  failed=$(grep --invert-match '"saved":true.* 200 ' answers || true)
  [ -z "$failed" ] || fail "not every drawing was answered and stored:"$'\n'"$failed"
  say "$(wc -l <answers) drawings were answered and stored; the slowest took $(awk '{ print $NF }' answers | sort --general-numeric-sort | tail -n 1) s"
}

# This version serves, .env names it, and no other container is left.
expect_version() { # version
  local images
  images=$(docker ps --all --filter "label=com.docker.compose.project=$project" --format '{{.Label "com.docker.compose.service"}} {{.Image}}' |
    grep --extended-regexp '^(api|model) ' | sort)
  [ "$images" = "api ${prefix}digits-api:$1"$'\n'"model ${prefix}digits-model:$1"$'\n'"model ${prefix}digits-model:$1" ] ||
    fail "these do not serve version $1 alone:"$'\n'"$images"
  [ "$(sed -n 's/^DIGITS_VERSION=//p' .env)" = "$1" ] || fail ".env does not name version $1: $(grep VERSION .env)"
}

# The same with images that Compose builds, or that are on this machine.
expect_builds() {
  local service
  sed -i '/^DIGITS_IMAGES=/d' .env
  expect_failure built "could not go back"
  for service in api model; do
    docker tag "$registry/digits-$service:v2" "digits-$service:v2"
    printf '%s\n' "FROM digits-$service:$base AS $service" "LABEL $project=built" >"Dockerfile.$service"
  done
  echo '*' >.dockerignore
  prefix=''
  deploy/update.sh built 2>&1 | grep --invert-match Container
  expect_version built
  deploy/update.sh v2 2>&1 | grep --invert-match Container
  expect_version v2
}

# An update that must fail and leave version 2.
expect_failure() { # version, message
  if deploy/update.sh "$1" >output 2>&1; then cat output >&2; fail "the update to version $1 must fail."; fi
  grep --quiet --fixed-strings -- "$2" output || { cat output >&2; fail "the update to version $1 does not say: $2"; }
  expect_version v2
}

docker info >/dev/null 2>&1 || fail "the Docker engine is unavailable. Install and start Docker, or run this as a user with access to it."
folder=$(mktemp --directory)
chmod 755 "$folder"
cp --recursive docker-compose.yml .env.example deploy "$folder"
trap clean_up EXIT
if [ -z "${UPDATE_TEST_VERSION:-}" ]; then
  say "Building"
  DIGITS_VERSION=$base POSTGRES_PASSWORD=x API_DATABASE_PASSWORD=x docker compose build --quiet api model
fi
cd "$folder"
docker compose --env-file .env.example --profile '*' down --volumes --remove-orphans >/dev/null 2>&1 || true
docker rm --force --volumes "$project-registry" >/dev/null 2>&1 || true
docker run --detach --name "$project-registry" --publish 127.0.0.1::5000 registry:2 >/dev/null
registry=$(docker port "$project-registry" 5000)
for _ in $(seq 60); do curl --silent --fail --output /dev/null --noproxy '*' "http://$registry/v2/" && break; sleep 0.5; done

prefix=$registry/

say "Publishing"
for version in v1 v2 no-model; do publish api $version "FROM digits-api:$base"; done
for version in v1 v2 mute broken; do publish model $version "FROM digits-model:$base"; done
publish model no-model "FROM digits-model:$base" 'CMD ["--no-such-option"]'
# The images of digits have no shell.
with_shell=("FROM digits-api:$base AS api" 'FROM postgres:17-trixie' 'COPY --from=api /usr/local /usr/local'
  'COPY --from=api --chown=10001:10001 /run/service-tokens /run/service-tokens' 'USER 10001:10001'
  'ENV API_LISTEN=0.0.0.0:8501 MODEL_DIR=/usr/local/share/digits/models' 'CMD []')
# It migrates and is healthy for Docker, but answers nothing.
publish api mute "${with_shell[@]}" 'HEALTHCHECK --start-interval=1s CMD ["true"]' \
  'ENTRYPOINT ["bash", "-c", "[ $# = 0 ] || exec api \"$@\"; sleep infinity", "api"]'
# It works beside the old version, and ends in the container that Compose names.
publish api broken "${with_shell[@]}" 'HEALTHCHECK --start-interval=1s CMD ["api", "--healthcheck"]' \
  "ENTRYPOINT [\"bash\", \"-c\", \"grep --quiet --word-regexp \\\"^\$(getent hosts $project-api-1 | cut -d ' ' -f 1)\\\" /etc/hosts || exec api \\\"\$@\\\"; exit 1\", \"api\"]"

sed 's/^DIGITS_PORT=.*/DIGITS_PORT=127.0.0.1:0/' .env.example >.env
for name in POSTGRES API_DATABASE; do sed -i "s/^${name}_PASSWORD=$/&$(openssl rand -hex 24)/" .env; done
printf '%s\n' PUBLIC_URL=https://localhost COMPOSE_PROFILES=https,backup RATE_LIMITS=false "DIGITS_IMAGES=$registry/" DIGITS_VERSION=v1 >>.env
# Other programs may use the ports 80 and 443 of this machine.
printf '%s\n' 'services:' '  caddy:' '    ports: !override ["127.0.0.1:0:443"]' >docker-compose.override.yml

say "Starting version 1, with two model services"
docker compose up --detach --wait --wait-timeout 180 --quiet-pull --scale model=2 2>&1 | tail -n 3 || fail "not all services became healthy."
https=$(docker compose port caddy 443 | sed 's/.*://')
for _ in $(seq 60); do
  docker compose exec --no-TTY caddy cat /data/caddy/pki/authorities/local/root.crt >root.crt 2>/dev/null </dev/null &&
    ask --fail --output /dev/null https://localhost/readyz 2>/dev/null && break
  sleep 1
done
expect_version v1
touch sending answers
send &

if deploy/update.sh v1 >output 2>&1; then fail "an update to the same version must fail."; fi
deploy/update.sh v2 2>&1 | grep --invert-match Container
expect_version v2
backups=$(docker compose exec --no-TTY backup /backup/backup.sh list </dev/null | wc -l)
[ "$backups" -ge 2 ] || fail "the update made no backup."
expect_answers
say "Version 2 replaced version 1"

expect_failure v99 "Nothing has changed."
expect_failure no-model "It got no requests, and version v2 serves."
expect_failure mute "It got no requests, and version v2 serves."
expect_answers
say "A version that does not work beside the old one gets no requests"

expect_failure broken "Version v2 serves again."
expect_answers
say "A version that fails later is replaced by the old one"

expect_builds
expect_answers
say "Images that Compose builds replace each other, too"

rm sending
wait
[ "$(wc -l <answers)" -ge 200 ] || fail "only $(wc -l <answers) drawings were sent."
expect_answers
[ "$(docker compose exec --no-TTY postgres psql --username digits --tuples-only --no-align --command 'select count(*) from predictions' digits </dev/null)" = "$(wc -l <answers)" ] ||
  fail "the database has another number of drawings than were answered."
say "The update works"
