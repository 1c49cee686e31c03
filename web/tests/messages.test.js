// Messages with variables and plural forms, as the script in the page formats them.

import assert from "node:assert/strict";
import { test } from "node:test";

const drawings = [
  "Razem ",
  {
    plural: "count",
    forms: {
      one: [{ variable: "count" }, " rysunek"],
      few: [{ variable: "count" }, " rysunki"],
      other: [{ variable: "count" }, " rysunków"],
    },
  },
  ".",
];
const texts = { language: "pl", rate: [{ variable: "correct" }, "/", { variable: "total" }], rate_unknown: [], least_labels_for_rate: 10 };

// The module reads the page's messages from its element.
globalThis.HTMLElement = class {};
const element = Object.assign(new HTMLElement(), { textContent: JSON.stringify(texts) });
globalThis.document = { getElementById: () => element };
const { format, percent, rate } = await import("../static/shared/messages.js");

test("a count chooses the form that the language has for it", () => {
  const formatted = [1, 3, 5, 22, 12345].map((count) => format(drawings, { count }));
  assert.deepEqual(formatted, [
    "Razem 1 rysunek.",
    "Razem 3 rysunki.",
    "Razem 5 rysunków.",
    "Razem 22 rysunki.",
    "Razem 12\u00a0345 rysunków.",
  ]);
});

test("a value of a variable is never read as a message", () => {
  assert.equal(format(["Model ", { variable: "model" }], { model: "{ $count }" }), "Model { $count }");
});

test("a probability has the format of the language, and is never rounded to certainty", () => {
  assert.deepEqual([1, 0.9971, 0.5, 0].map(percent), ["> 99,9\u00a0%", "99,7\u00a0%", "50,0\u00a0%", "< 0,1\u00a0%"]);
});

test("a share is never rounded to all or none", () => {
  const rates = [[999, 1000], [1, 1000], [12, 12]].map(([count, total]) => rate({ correct: { count, total } }));
  assert.deepEqual(rates, ["99/1000", "1/1000", "100/12"]);
});
