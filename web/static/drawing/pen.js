// The pen: mouse, finger or stylus, from pointer events to strokes on the canvas.
// @ts-check

import { SIDE } from "./canvas.js";

// The button of a pen's other end, and the bit that stands for it while it touches.
const ERASER_BUTTON = 5;
const ERASER_BIT = 32;

/**
 * @param {HTMLCanvasElement} element
 * @param {import("./canvas.js").Canvas} canvas
 */
export function listenForPen(element, canvas) {
  /** @type {number | null} One pointer writes; a second finger or a resting palm does not. */
  let writing = null;

  /** @param {PointerEvent} event */
  function place(event) {
    // Measured each time, because the canvas may move or change its size under the pen.
    const box = element.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE;
    const y = ((event.clientY - box.top) / box.height) * SIDE;
    return /** @type {const} */ ([x, y, event.timeStamp, event.pressure]);
  }

  /**
   * An eraser has no visible tip, so a ring shows what it would take away.
   * @param {PointerEvent} event
   */
  function showEraserRing(event) {
    const isEraser = canvas.tool === "eraser" || (event.buttons & ERASER_BIT) !== 0;
    if (!isEraser) return;
    const [x, y] = place(event);
    canvas.showRing({ x, y });
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (event.pointerId !== writing) return;
    writing = null;
    canvas.showRing(null);
    canvas.lift();
  }

  element.addEventListener("pointerdown", (event) => {
    const isEraser = event.button === ERASER_BUTTON;
    if (writing !== null || !(event.button === 0 || isEraser)) return;
    writing = event.pointerId;
    // With capture, the stroke goes on when the pen leaves the canvas and comes back.
    element.setPointerCapture(event.pointerId);
    canvas.begin(...place(event), isEraser ? "eraser" : undefined);
    showEraserRing(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (writing === null) return showEraserRing(event);
    if (event.pointerId !== writing) return;
    showEraserRing(event);
    // A quick pen moves several times between two frames; absent on a page without https.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) canvas.extend(...place(move));
  });
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  element.addEventListener("lostpointercapture", lift);
  element.addEventListener("pointerleave", () => {
    if (writing === null) canvas.showRing(null);
  });

  // iPadOS would read handwriting as text (Scribble) and keep the pencil's moves to itself.
  element.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
}
