// The state of the first page: the drawing that it shows, the recorded drawings, and the last live answer.
// @ts-check

import { Canvas } from "../drawing/canvas.js";
import { byId } from "../shared/page.js";
import { Submissions } from "./submissions.js";

/** @typedef {import("../drawing/canvas.js").Drawing} Drawing */
/** @typedef {import("../shared/http.js").Answer} Answer */

export const canvasElement = byId("canvas", HTMLCanvasElement);

export const submissions = new Submissions();

export const canvas = new Canvas(
  canvasElement,
  (drawing) =>
    drawing.picture !== null ||
    submissions.entryOf(drawing) !== undefined ||
    submissions.isInFlight(drawing),
);

/**
 * @typedef {object} State
 * @property {Answer | null} liveAnswer the live answer to the current drawing
 * @property {Drawing | null} justLabelled the current drawing, if its label was the last change
 */

/** @type {State} */
export const state = { liveAnswer: null, justLabelled: null };

/** The recorded prediction of the drawing that is shown, if it is recorded. */
export function shownEntry() {
  return submissions.entryOf(canvas.drawing);
}

/** The strokes of the current drawing, if it is not recorded. */
export function unsubmittedStrokes() {
  return shownEntry() ? [] : canvas.drawing.strokes;
}
