// The pen: converts pointer events of a mouse, finger or stylus to strokes on the canvas.
// @ts-check

import { SIDE } from "./canvas.js";

// The eraser button of a stylus, and its bit in `buttons`.
const ERASER_BUTTON = 5;
const ERASER_BIT = 32;

/**
 * @param {HTMLCanvasElement} element
 * @param {import("./canvas.js").Canvas} canvas
 */
export function listenForPen(element, canvas) {
  /** @type {number | null} The only pointer that draws; a second finger or a resting palm does not. */
  let writing = null;

  /** @param {PointerEvent} event */
  function place(event) {
    // Measured each time, because the canvas may move or change its size during a stroke.
    const box = element.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE;
    const y = ((event.clientY - box.top) / box.height) * SIDE;
    return /** @type {const} */ ([x, y, event.timeStamp, event.pressure]);
  }

  /**
   * Shows a ring around the area that the eraser covers, because an eraser has no visible tip.
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
    // With capture, the stroke continues when the pen leaves the canvas and returns.
    element.setPointerCapture(event.pointerId);
    canvas.begin(...place(event), isEraser ? "eraser" : undefined);
    showEraserRing(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (writing === null) return showEraserRing(event);
    if (event.pointerId !== writing) return;
    showEraserRing(event);
    // A fast pen moves several times between two frames. Browsers offer this method only over HTTPS.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) canvas.extend(...place(move));
  });
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  element.addEventListener("lostpointercapture", lift);
  element.addEventListener("pointerleave", () => {
    if (writing === null) canvas.showRing(null);
  });

  // Otherwise iPadOS converts handwriting to text (Scribble) and sends no moves of the pencil.
  element.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
}
