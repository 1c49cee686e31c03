// The pen: mouse, finger or stylus, from pointer events to strokes on the paper.
// @ts-check

import { SIDE } from "./paper.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./paper.js").Paper} paper
 */
export function holdPen(canvas, paper) {
  /** @type {number | null} One pointer writes; a second finger or a resting palm does not. */
  let writing = null;

  /** @param {PointerEvent} event */
  function place(event) {
    // Measured anew each time: the sheet may move or change its size under the pen.
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE;
    const y = ((event.clientY - box.top) / box.height) * SIDE;
    return /** @type {const} */ ([x, y, event.timeStamp, event.pressure]);
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (event.pointerId !== writing) return;
    writing = null;
    paper.lift();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (writing !== null || event.button !== 0) return;
    writing = event.pointerId;
    // Held fast, the stroke goes on when the pen leaves the sheet and comes back.
    canvas.setPointerCapture(event.pointerId);
    paper.begin(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== writing) return;
    // A quick pen moves several times between two frames; absent on a page without https.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) paper.extend(...place(move));
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("lostpointercapture", lift);

  // iPadOS would read handwriting as text (Scribble) and keep the pencil's moves to itself.
  canvas.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
}
