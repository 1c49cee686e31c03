// Shows the answer and the label of the drawing on the canvas, and enables the tools that apply to it.
// @ts-check

import { showAnswer, shownState } from "../answer/answer-panel.js";
import { showObservedAccuracy } from "../answer/observed-accuracy.js";
import { showLabel } from "../labelling/label-form.js";
import { hideNotice } from "../shared/notice.js";
import { canvas, shownEntry } from "./state.js";
import { showTools } from "./tools.js";

export function showDrawing() {
  const entry = shownEntry();
  const isFirstStroke = canvas.isPenDown && canvas.drawing.strokes.length === 1;
  for (const about of /** @type {const} */ (["record", "label", "explain", "delete"])) {
    hideNotice(about);
  }
  if (entry || canvas.isEmpty) hideNotice();
  if (entry) {
    showLabel(entry);
    showAnswer(entry.trueLabel === null ? "recorded" : "labelled", entry.answer);
    showObservedAccuracy(entry.answer);
  } else if (canvas.isEmpty) {
    showAnswer("empty", null);
    showObservedAccuracy(null);
  } else if (shownState() !== "live" || isFirstStroke || canvas.drawing.picture) {
    // Otherwise the last live answer stays until the next one, so that the digit does not flicker.
    showAnswer("drawing", null);
    showObservedAccuracy(null);
  }
  showTools();
}
