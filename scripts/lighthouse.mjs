// Prints the scores in Lighthouse's reports, a column for each, and what cost points; fails where one is too low.

import { readFileSync } from "node:fs";
import { basename } from "node:path";

const LEAST = { accessibility: 100, "best-practices": 100, performance: 95 };

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
const devices = process.argv.slice(2).map((path) => basename(path, ".json"));

/** @param {string} name @param {(string | number)[]} cells */
function row(name, cells) {
  console.log(name.padEnd(16) + cells.map((cell) => String(cell).padStart(10)).join(""));
}

row("", [...devices, "at least"]);
for (const [category, least] of Object.entries(LEAST)) {
  const scores = reports.map((report) => Math.round(100 * report.categories[category].score));
  if (Math.min(...scores) < least) process.exitCode = 1;
  row(category, [...scores, least]);
}

reports.forEach((report, i) => {
  for (const category of Object.keys(LEAST)) {
    for (const { id, weight } of report.categories[category].auditRefs) {
      const { title, score, displayValue } = report.audits[id];
      if (weight > 0 && score !== null && score < 0.9) {
        console.log(`${devices[i]}: ${title} ${displayValue ?? ""}`);
      }
    }
  }
});
