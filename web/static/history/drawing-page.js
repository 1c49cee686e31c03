// The page of a drawing: replays and explains the drawing, labels it by keyboard, and deletes it with its deletion token
// if the page has no form for it.
// @ts-check

import "../shared/time-zone.js";
import { adviceOn } from "../shared/advice.js";
import { explainOnDemand, hideExplanation } from "../answer/explanation.js";
import { Problem, explanationOf, remove } from "../shared/http.js";
import { listenForLabelKeys } from "../labelling/label-keys.js";
import { hideNotice, showProblem } from "../shared/notice.js";
import { byId } from "../shared/page.js";
import { deletionTokenOf } from "../shared/deletion-tokens.js";
import { replay } from "./replay.js";
import { confirmBefore } from "../shared/confirm-button.js";
import { messages } from "../shared/messages.js";

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

// Ctrl+Z withdraws the label, as on the first page.
addEventListener("keydown", ({ key, ctrlKey, metaKey, repeat }) => {
  const isLabelled = byId("answer").dataset.state === "labelled";
  if (isLabelled && (ctrlKey || metaKey) && key.toLowerCase() === "z" && !repeat) {
    byId("take-back").click();
  }
});

explainOnDemand({
  fetchExplanation: (signal) => explanationOf(id, signal),
  model: () => byId("model").textContent ?? "",
  onStart: () => hideNotice("explain"),
  onProblem: (problem) => showProblem("explain", problem, adviceOn(problem) ?? messages.not_explained),
});

byId("correction").addEventListener("toggle", hideExplanation);

// Without the form, the browser may still have the deletion token: the drawing is older than its cookie.
const button = byId("delete", HTMLButtonElement);
button.hidden = document.getElementById("deletion") !== null || deletionTokenOf(id) === undefined;
confirmBefore(button, async () => {
  try {
    await remove(id);
    location.assign("/history");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showProblem("delete", error, messages.not_deleted);
  }
});
