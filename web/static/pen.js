// The pen: mouse, finger or stylus, from pointer events to strokes on the paper.
// @ts-check

import { SIDE } from "./paper.js";

// The button of a pen's other end, and the bit that stands for it while it touches.
const ERASER_BUTTON = 5;
const ERASER_BIT = 32;

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

  /**
   * An eraser has no tip to see, so a ring shows what it would take away.
   * @param {PointerEvent} event
   */
  function showRing(event) {
    const isEraser = paper.tool === "eraser" || (event.buttons & ERASER_BIT) !== 0;
    if (!isEraser) return;
    const [x, y] = place(event);
    paper.showNib({ x, y });
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (event.pointerId !== writing) return;
    writing = null;
    paper.showNib(null);
    paper.lift();
  }

  canvas.addEventListener("pointerdown", (event) => {
    const isEraser = event.button === ERASER_BUTTON;
    if (writing !== null || !(event.button === 0 || isEraser)) return;
    writing = event.pointerId;
    // Held fast, the stroke goes on when the pen leaves the sheet and comes back.
    canvas.setPointerCapture(event.pointerId);
    paper.begin(...place(event), isEraser ? "eraser" : undefined);
    showRing(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (writing === null) return showRing(event);
    if (event.pointerId !== writing) return;
    showRing(event);
    // A quick pen moves several times between two frames; absent on a page without https.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) paper.extend(...place(move));
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("lostpointercapture", lift);
  canvas.addEventListener("pointerleave", () => {
    if (writing === null) paper.showNib(null);
  });

  // iPadOS would read handwriting as text (Scribble) and keep the pencil's moves to itself.
  canvas.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
}
