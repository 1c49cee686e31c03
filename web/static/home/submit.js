// Submits the drawing or the picture on the canvas, and shows recorded drawings.
// @ts-check

import { setBusy, showAnswer, spoken } from "../answer/answer-panel.js";
import { imageOf } from "../drawing/image-input.js";
import { showNewest } from "../history/recent-drawings.js";
import { nextStepFor } from "../shared/advice.js";
import { fetchBitmap } from "../shared/http.js";
import { format, messages } from "../shared/messages.js";
import { announce, showNotice, showProblem } from "../shared/notice.js";
import { live } from "./live.js";
import { showDrawing } from "./show-drawing.js";
import { canvas, shownEntry, state, submissions } from "./state.js";
import { showTools } from "./tools.js";

/** @typedef {import("../drawing/canvas.js").Picture} Picture */
/** @typedef {import("./submissions.js").Entry} Entry */
/** @typedef {import("./submissions.js").Progress} Progress */

// The second click of a double click must not clear the drawing that the first one recorded.
const NEXT_AFTER_MS = 500;

// The problems with which previews go on.
const NOT_STORED = ["database_unavailable", "storage_full", "quota_exceeded", "blocked"];

let recordedAt = -Infinity;

/** @type {Progress} */
const progress = {
  isShown: (drawing) => drawing === canvas.drawing,
  onSubmit(drawing) {
    if (drawing === canvas.drawing) setBusy(true);
    showTools();
  },
  onUnsaved(drawing, answer) {
    if (drawing !== canvas.drawing) return;
    state.liveAnswer = answer;
    showAnswer("live", answer);
  },
  onRecorded(drawing, { answer }) {
    recordedAt = performance.now();
    if (drawing === canvas.drawing) showDrawing();
    announce(format(messages.recorded, { answer: spoken(answer) }));
    void showNewest();
  },
  onProblem(drawing, problem) {
    showTools();
    if (drawing !== canvas.drawing) {
      showNotice("record", problem.code, messages.last_not_recorded, messages.undo_brings_back);
      return;
    }
    setBusy(false);
    // If the api rejects a picture permanently, show the drawing that it replaced.
    if (drawing.picture && !problem.passes) canvas.undo();
    showProblem("record", problem, nextStepFor(problem, drawing.picture !== null));
    // The model may answer what the api does not store, so the page can show a live answer.
    const canAskModel = NOT_STORED.includes(problem.code) && !drawing.picture;
    if (canAskModel && !state.liveAnswer) live.request();
  },
};

/** Submits the current drawing; if it is already recorded, clears the canvas for the next one. */
export function submitOrNext() {
  canvas.lift();
  const { drawing } = canvas;
  if (shownEntry()) {
    if (performance.now() - recordedAt > NEXT_AFTER_MS) canvas.clear();
  } else if (!canvas.isEmpty) {
    live.stop();
    void submissions.submit(drawing, drawing.picture?.file ?? JSON.stringify(canvas), progress);
  }
}

/**
 * Puts a picture on the canvas and submits it at once.
 * @param {File} file
 */
export async function submitPicture(file) {
  /** @type {Picture} */
  const picture = { image: null, file };
  canvas.place({ strokes: [], picture });
  submitOrNext();
  picture.image = await imageOf(file);
  canvas.redraw();
}

/**
 * Shows the bitmap of a recorded prediction on the canvas.
 * @param {Entry} entry
 */
export async function showRecorded(entry) {
  /** @type {Picture} */
  const picture = { image: null, file: null };
  const drawing = { strokes: [], picture };
  submissions.remember(drawing, entry);
  canvas.place(drawing);
  picture.image = await fetchBitmap(entry.answer.id).then(imageOf, () => null);
  canvas.redraw();
}
