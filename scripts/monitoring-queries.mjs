// Checks that every expression of the rules and of the dashboards returns data, in the Prometheus of the Compose project
// of the current folder. It waits up to three minutes for the first values.
//
//   node scripts/monitoring-queries.mjs DASHBOARD...
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SECONDS = 180;

/** Expressions without a value in a healthy service, each with the reason. Their metrics must have values. */
const EMPTY = { ModelVersionDiffers: 'the wanted version serves' };

const promtool = (...query) => {
  const command = ['compose', 'exec', '--no-TTY', 'prometheus', 'promtool', 'query', ...query];
  return execFileSync('docker', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
};

/** The values of an expression now. */
const values = (expression) => {
  const answer = JSON.parse(promtool('instant', '--format=json', 'http://localhost:9090', expression));
  const samples = answer.data?.result ?? answer;
  return samples.map(({ value }) => Number(value[1]));
};

/** The expression with comparisons that return 0 or 1, instead of nothing where they do not hold. */
const withBool = (expression) => expression.replace(/ (==|!=|>=|<=|>|<) /g, ' $1 bool ');

/** The names of metrics with their labels in an expression. */
const selectors = (expression) => expression.match(/digits_\w+(\{[^}]*\})?/g);

const rules = readFileSync('deploy/monitoring/prometheus/alerts.yml', 'utf8')
  .split(/^ *- (?=alert:|record:)/m)
  .slice(1)
  .map((text) => {
    const name = text.match(/^\w+: (.*)/)[1];
    const expression = text.match(/^( *)expr: (?:\|\n((?:\1  .*\n)+)|(.*))/m);
    return { name, expression: expression[2] ?? expression[3] };
  });
const panels = process.argv.slice(2).flatMap((file) =>
  JSON.parse(readFileSync(file, 'utf8')).panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({ name: `${title}: ${legendFormat}`, expression: expr })),
  ),
);

let missing = [...rules, ...panels].flatMap(({ name, expression }) =>
  name in EMPTY
    ? selectors(expression).map((selector) => ({ name, expression: selector }))
    : [{ name, expression: withBool(expression) }],
);
console.log(`   ${rules.length} rules and ${panels.length} queries of panels`);
const until = Date.now() + SECONDS * 1000;
for (;;) {
  missing = missing.filter(({ expression }) => !values(expression).some(Number.isFinite));
  if (missing.length === 0) break;
  if (Date.now() > until) {
    missing.forEach(({ name, expression }) => console.error(`no data: ${name}\n    ${expression}`));
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 5000));
}
if (!values('min(up)').every((value) => value === 1)) {
  console.error('Prometheus cannot scrape a service: `up` is 0.');
  process.exit(1);
}
Object.entries(EMPTY).forEach(([name, reason]) => console.log(`   ${name} has no value: ${reason}`));
console.log('   every other expression returns data');
