#!/usr/bin/env bash
# Checks the dashboards with the types of Grafana's schema package, which has the version of Grafana in
# docker-compose.yml, and the places of their panels.
#
#   scripts/dashboards.sh
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "dashboards.sh: $*" >&2; exit 1; }
for program in node npm; do
  command -v $program >/dev/null || fail "$program is missing. Install Debian's packages nodejs and npm."
done
version=12.4.11
sum=97ac17deddbfab839399b215939fae9561daa2a050ddd3f1c715a6fce3717c5ff1872cbbb8a8053070559f9667a1f5cc49f85d0c697ee4a9b78c87af0cbc814f
grep --quiet "image: grafana/grafana:$version\$" docker-compose.yml ||
  fail "docker-compose.yml has another version of Grafana than $version. Set version and sum here, too."
schema=$(scripts/npm-package.sh @grafana/schema $version $sum)
# The same version as in scripts/typescript.sh.
typescript=$(scripts/npm-package.sh typescript 5.9.3 "$(sed -n 's/^sum=//p' scripts/typescript.sh)")

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/node_modules/@grafana"
ln -s "$schema" "$work/node_modules/@grafana/schema"
cp scripts/dashboards.ts "$work"
for file in deploy/monitoring/grafana/dashboards/*.json; do
  { echo "import type { DashboardOfDigits } from './dashboards';"
    echo 'export const dashboard: DashboardOfDigits ='
    cat "$file"; } >"$work/$(basename "$file" .json).ts"
done
cat >"$work/tsconfig.json" <<'END'
{
  "compilerOptions": {
    "strict": true, "noEmit": true, "skipLibCheck": true, "preserveSymlinks": true, "types": [],
    "module": "es2022", "moduleResolution": "bundler", "target": "es2022"
  }
}
END
node "$typescript/lib/tsc.js" --project "$work" || fail "a dashboard does not have the types of Grafana (see above)."
node scripts/dashboards.mjs deploy/monitoring/grafana/dashboards/*.json
