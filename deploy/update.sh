#!/usr/bin/env bash
# Moves a running installation to another version of digits. It gets the images, backs up, and tries the new services
# beside the old ones before it replaces these, one instance at a time. If a step fails, the old version serves.
#
#   deploy/update.sh 0.3.0
set -euo pipefail

cd "$(dirname "$0")/.."
say() { echo "-- $*"; }
fail() { echo "update.sh: $*" >&2; exit 1; }
run() { docker compose --progress quiet run --rm --no-deps --no-TTY --quiet-pull "$@" </dev/null; }
# Starts an instance besides those of Compose, and prints its id.
start_extra() { docker compose --progress quiet run --detach --no-deps "$@" </dev/null; }
instances() { docker compose ps --all --quiet "$1"; }
image_of() { docker inspect --format '{{.Config.Image}}' "$1"; }

# Removes the instances that only the update needs.
extra=()
remove_extra() {
  if [ ${#extra[@]} != 0 ]; then
    docker stop --time 20 "${extra[@]}" >/dev/null 2>&1 || true
    docker rm --force --volumes "${extra[@]}" >/dev/null 2>&1 || true
  fi
  extra=()
}
trap remove_extra EXIT
trap 'echo "update.sh: interrupted. Run it again, or start the version in .env with: docker compose up --detach --wait" >&2; exit 1' INT TERM HUP

wait_healthy() { # container
  local state
  for _ in $(seq 180); do
    state=$(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$1")
    [ "$state" != 'running healthy' ] || return 0
    [[ $state = running* ]] || break
    sleep 0.5
  done
  echo "update.sh: $(image_of "$1") did not become healthy. The end of its log:" >&2
  docker logs --tail 20 "$1" 2>&1 | sed 's/^/   /' >&2
  return 1
}

# Whether an api answers: the page, and a drawing of a one, which it does not store.
smoke_test() { # address
  local host answer
  host=$(docker compose config --format json api | sed -n 's|^ *"PUBLIC_URL": "https\{0,1\}://\([^/"]*\).*|\1|p')
  smoke_get() { curl --silent --show-error --fail --noproxy '*' --max-time 10 --header "Host: $host" "$@"; }
  smoke_get --output /dev/null "$1/readyz" && smoke_get --output /dev/null "$1/" || return 1
  answer=$(smoke_get --header 'Content-Type: application/json' --data '{"strokes": [[[140, 40], [140, 240]]]}' "$1/predict?preview=true") || return 1
  [[ $answer = *'"verdict":"digit"'* && $answer = *'"prediction":1,'* ]] || { echo "update.sh: the answer to a drawing of a one is: $answer" >&2; return 1; }
}

# Starts one instance of each service, which get no requests of people, and tests them together.
try_version() {
  local model api
  model=$(start_extra model) || return 1
  extra+=("$model")
  wait_healthy "$model" || return 1
  api=$(start_extra --env "MODEL_URL=http://$(docker inspect --format '{{.Name}}' "$model" | tr --delete /):8000" --publish 127.0.0.1::8501 api) || return 1
  extra+=("$api")
  wait_healthy "$api" || return 1
  smoke_test "http://$(docker port "$api" 8501)" || return 1
  remove_extra
}

# Starts a new instance for each old one before the old one stops.
replace_models() {
  local old before
  for old in $(instances model); do
    [ "$(image_of "$old")" != "${images}digits-model:$DIGITS_VERSION" ] || continue
    before=$(instances model)
    if ! docker compose up --detach --no-deps --no-recreate --wait --wait-timeout 120 --quiet-pull --scale model=$((models + 1)) model; then
      instances model | grep --invert-match --line-regexp --fixed-strings "$before" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
      return 1
    fi
    # The api looks for model services every second.
    sleep 3
    docker stop --time 20 "$old" >/dev/null
    # With its copies of models.
    docker rm --volumes "$old" >/dev/null
  done
}

# Two instances cannot publish the same port. While the one of Compose is replaced, another answers Caddy.
replace_api() {
  local api
  [ "$(image_of "$(instances api)")" != "${images}digits-api:$DIGITS_VERSION" ] || return 0
  api=$(start_extra --use-aliases api) || return 1
  extra+=("$api")
  wait_healthy "$api" || { remove_extra; return 1; }
  docker compose up --detach --no-deps --wait --wait-timeout 120 --quiet-pull api || return 1
  remove_extra
}

replace() { replace_models && replace_api && smoke_test "http://$(docker compose port api 8501)"; }

new=${1:-}
[[ $new =~ ^[0-9A-Za-z][0-9A-Za-z._-]*$ ]] || fail "name the version: deploy/update.sh 0.3.0. CHANGELOG.md lists the versions."
command -v curl >/dev/null || fail "curl is missing. Install Debian's package curl."
[ -w .env ] || fail "there is no .env that can be written here. The new version will be noted there."
exec 9<.env
flock --nonblock 9 || fail "another update runs. Wait for it."
docker compose config --quiet || fail "Compose cannot read the configuration (see above)."
images=$(docker compose config --images | sed -n 's/digits-api:.*//p' | head -n 1)
models=$(instances model | wc -l)
[ "$(instances api | wc -l)" = 1 ] && [ "$models" -gt 0 ] || fail "the services do not run. Start them with: docker compose up --detach --wait"
old=$(image_of "$(instances api)")
old=${old##*:}
[ "$new" != "$old" ] || fail "version $old runs already."
for service in api model; do
  docker image inspect "${images}digits-$service:$old" >/dev/null 2>&1 ||
    fail "the image ${images}digits-$service:$old is not on this machine, so the update could not go back to it. Start the services with: docker compose up --detach --wait"
done

export DIGITS_VERSION=$new
services=(api model)
[ -z "$(instances trainer)" ] || services+=(trainer)
if [ -n "$images" ]; then
  say "Getting version $new from $images"
  docker compose pull --quiet "${services[@]}" || fail "the images cannot be had (see above). Nothing has changed."
elif docker image inspect "digits-api:$new" "digits-model:$new" >/dev/null 2>&1; then
  say "The images of version $new are on this machine"
else
  say "Building version $new"
  docker compose build --quiet "${services[@]}" || fail "the images cannot be built (see above). Nothing has changed."
fi
say "Backing up"
run backup now || fail "there is no backup (see above). Nothing has changed."
say "Bringing the tables up to date. Version $old serves on them, too"
run migrate || fail "the tables could not be brought up to date (see above). Version $old serves."
say "Trying version $new beside version $old"
try_version || fail "version $new does not work (see above). It got no requests, and version $old serves."

say "Replacing $models of model and 1 of api, one at a time"
if ! replace; then
  say "Version $new does not work. Going back to version $old"
  export DIGITS_VERSION=$old
  replace || fail "version $old does not work either (see above). Read: docker compose logs api model"
  fail "version $new does not work (see above). Version $old serves again."
fi
sed -i '/^DIGITS_VERSION=/d' .env
echo "DIGITS_VERSION=$new" >>.env
# Trainer and others.
docker compose up --detach --quiet-pull --scale "model=$models" || fail "version $new serves, but another service did not start (see above)."
say "Version $new serves, and .env names it. To go back: deploy/update.sh $old"
