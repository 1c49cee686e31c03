// Prints the scores of Lighthouse reports, one line per report, and the checks that lose points. It fails if a score is
// too low.

import { readFileSync } from "node:fs";
import { basename } from "node:path";

const LEAST = { accessibility: 100, "best-practices": 100, performance: 95 };

/** @param {string} name @param {(string | number)[]} cells */
function row(name, cells) {
  console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(16)).join(""));
}

row("", Object.keys(LEAST));
const lost = [];
for (const path of process.argv.slice(2)) {
  const name = basename(path, ".json");
  const { categories, audits } = JSON.parse(readFileSync(path, "utf8"));
  const scores = Object.keys(LEAST).map((category) => Math.round(100 * categories[category].score));
  row(name, scores);
  if (Object.values(LEAST).some((least, i) => scores[i] < least)) process.exitCode = 1;
  for (const category of Object.keys(LEAST)) {
    for (const { id, weight } of categories[category].auditRefs) {
      const { title, score, displayValue } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) lost.push(`${name}: ${title} ${displayValue ?? ""}`);
    }
  }
}
row("at least", Object.values(LEAST));
console.log(lost.join("\n"));
