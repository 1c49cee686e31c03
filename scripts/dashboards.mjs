// Checks what the types of Grafana's schema do not: the ids and places of panels, and that each query has a name.
//
//   node scripts/dashboards.mjs FILE...
import { readFileSync } from 'node:fs';

const COLUMNS = 24;
const problems = [];
const uids = new Set();

/** Whether two panels share a place. */
const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const report = (panel, text) => problems.push(`${file}: ${panel.title}: ${text}`);
  if (uids.has(dashboard.uid)) problems.push(`${file}: another dashboard has the uid ${dashboard.uid}`);
  uids.add(dashboard.uid);
  dashboard.panels.forEach((panel, index) => {
    const earlier = dashboard.panels.slice(0, index);
    if (earlier.some(({ id }) => id === panel.id)) report(panel, `another panel has the id ${panel.id}`);
    const neighbour = earlier.find(({ gridPos }) => overlap(gridPos, panel.gridPos));
    if (neighbour) report(panel, `it overlaps ${neighbour.title}`);
    if (panel.gridPos.x + panel.gridPos.w > COLUMNS) report(panel, `it is beyond the ${COLUMNS} columns`);
    if (panel.datasource.uid !== 'prometheus') report(panel, 'its data source is not the provisioned one');
    const names = new Set(panel.targets.map(({ refId }) => refId));
    if (names.size !== panel.targets.length) report(panel, 'two queries have the same refId');
  });
}
problems.forEach((problem) => console.error(problem));
if (problems.length > 0) process.exit(1);
