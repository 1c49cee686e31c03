// The keyboard's pen or eraser: the arrow keys move it, the space bar puts it down and lifts it.
// @ts-check

import { SIDE } from "./canvas.js";

const UNITS_PER_SECOND = 130;

/** @type {Record<string, [number, number]>} */
const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * @param {HTMLCanvasElement} element
 * @param {import("./canvas.js").Canvas} canvas
 */
export function listenForKeyboardPen(element, canvas) {
  let x = SIDE / 2;
  let y = SIDE / 4;
  let isDown = false;
  let before = 0;
  let frame = 0;
  /** @type {Set<string>} Two arrow keys together move it diagonally. */
  const held = new Set();

  /** @param {number} now */
  function move(now) {
    const distance = (UNITS_PER_SECOND * Math.min(now - before, 50)) / 1000;
    before = now;
    let dx = 0;
    let dy = 0;
    for (const key of held) {
      dx += DIRECTIONS[key][0];
      dy += DIRECTIONS[key][1];
    }
    const length = Math.hypot(dx, dy) || 1;
    x = Math.min(Math.max(x + (dx / length) * distance, 0), SIDE);
    y = Math.min(Math.max(y + (dy / length) * distance, 0), SIDE);
    if (isDown) canvas.extend(x, y, now, 0.5);
    canvas.showRing({ x, y });
    frame = held.size > 0 ? requestAnimationFrame(move) : 0;
  }

  function putDownOrLift() {
    isDown = !isDown;
    if (isDown) canvas.begin(x, y, performance.now(), 0.5);
    else canvas.lift();
  }

  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      if (!event.repeat) putDownOrLift();
    } else if (event.key in DIRECTIONS) {
      held.add(event.key);
      if (frame === 0) {
        before = performance.now();
        frame = requestAnimationFrame(move);
      }
    } else {
      return;
    }
    // These keys must not scroll the page.
    event.preventDefault();
  });
  element.addEventListener("keyup", (event) => held.delete(event.key));
  element.addEventListener("focus", () => {
    if (element.matches(":focus-visible")) canvas.showRing({ x, y });
  });
  element.addEventListener("pointerdown", () => canvas.showRing(null));
  element.addEventListener("blur", () => {
    held.clear();
    canvas.showRing(null);
    if (isDown) canvas.lift();
  });
  // Undo and submit lift the pen, too.
  canvas.addEventListener("lift", () => (isDown = false));
}
