// A drawing's page: draws it once more as it was drawn, tells what the answer rests on, takes labels from the keyboard and
// takes them back, and deletes what was drawn here.
// @ts-check

import { adviceOn } from "./advice.js";
import { explainOnDemand, putAway } from "./explain.js";
import { Problem, explanationOf, remove } from "./http.js";
import { listenForLabelKeys } from "./labelkeys.js";
import { hideNotice, showProblem } from "./notice.js";
import { byId } from "./page.js";
import { deletionTokenOf } from "./deletion-tokens.js";
import { replay } from "./replay.js";
import { askTwice } from "./twice.js";
import { messages } from "./messages.js";

const id = byId("drawing").dataset.id ?? "";

listenForLabelKeys();

document.getElementById("replay")?.addEventListener("click", async () => {
  const svg = document.querySelector("svg.strokes");
  if (!(svg instanceof SVGSVGElement)) return;
  try {
    await replay(svg, id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showProblem("replay", error, adviceOn(error) ?? "");
  }
});

// The label is taken back as on the first page.
addEventListener("keydown", ({ key, ctrlKey, metaKey, repeat }) => {
  const isLabelled = byId("answer").dataset.state === "labelled";
  if (isLabelled && (ctrlKey || metaKey) && key.toLowerCase() === "z" && !repeat) {
    byId("take-back").click();
  }
});

explainOnDemand({
  question: (signal) => explanationOf(id, signal),
  model: () => byId("model").textContent ?? "",
  onAsk: () => hideNotice("explain"),
  onProblem: (problem) => showProblem("explain", problem, adviceOn(problem) ?? messages.not_explained),
});

byId("correction").addEventListener("toggle", putAway);

const button = byId("delete", HTMLButtonElement);
button.hidden = deletionTokenOf(id) === undefined;
askTwice(button, async () => {
  try {
    await remove(id);
    location.assign("/history");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showProblem("delete", error, messages.not_deleted);
  }
});
