// Labels the recorded drawing that is shown, and undoes the last change.
// @ts-check

import { forgetObservedAccuracy } from "../answer/observed-accuracy.js";
import { refreshRecent } from "../history/recent-drawings.js";
import { label, labelText } from "../labelling/label-form.js";
import { adviceOn } from "../shared/advice.js";
import { format, messages } from "../shared/messages.js";
import { announce, showProblem } from "../shared/notice.js";
import { byId } from "../shared/page.js";
import { showDrawing } from "./show-drawing.js";
import { canvas, shownEntry, state } from "./state.js";
import { buttons } from "./tools.js";

/** @typedef {import("../shared/http.js").TrueLabel} TrueLabel */

/**
 * Labels the drawing that is shown, if it is recorded; null withdraws its label.
 * @param {TrueLabel | null} trueLabel
 */
export async function giveLabel(trueLabel) {
  const { drawing } = canvas;
  const entry = shownEntry();
  if (!entry) return;
  const problem = await label(entry, trueLabel);
  if (problem) {
    const advice = problem.passes ? messages.label_not_recorded : (adviceOn(problem) ?? "");
    showProblem("label", problem, advice);
    return;
  }
  // The pressed button gets hidden, so the focus moves to the next useful button.
  const heldFocus = byId("label").contains(document.activeElement);
  forgetObservedAccuracy();
  if (drawing === canvas.drawing) {
    state.justLabelled = trueLabel === null ? null : drawing;
    showDrawing();
  }
  if (heldFocus) (trueLabel === null ? byId("right") : buttons.submit).focus();
  announce(
    trueLabel === null ? messages.label_taken_back : format(messages.thanks, { label: labelText(trueLabel) }),
  );
  void refreshRecent();
}

/** Undoes the last change: a label that was just given, or a change of the drawing. */
export function undo() {
  if (!state.justLabelled) return canvas.undo();
  // A second press before the response applies to the drawing.
  state.justLabelled = null;
  void giveLabel(null);
}
