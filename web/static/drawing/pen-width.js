// The pen's width on the canvas, which the browser stores. It affects only the display: the page sends strokes without
// a width.
// @ts-check

import { showHint } from "./hint.js";
import { byId } from "../shared/page.js";
import { format, messages } from "../shared/messages.js";

// In units of the canvas. The middle one, relative to the size of a digit, is as wide as in MNIST.
const WIDTHS = [9, 17, 26];
const MIDDLE = 1;
const KEY = "pen-width";

const button = byId("width");

/** @param {import("./canvas.js").Canvas} canvas */
export function listenForPenWidth(canvas) {
  let chosen = remembered();

  function show() {
    canvas.width = WIDTHS[chosen];
    button.dataset.width = String(chosen);
    button.setAttribute("aria-label", format(messages.pen_width, { width: messages.pen_widths[chosen] }));
  }

  button.addEventListener("click", () => {
    chosen = (chosen + 1) % WIDTHS.length;
    show();
    remember(chosen);
    showHint(`${format(messages.pen_width, { width: messages.pen_widths[chosen] })}. ${messages.pen_width_note}`);
  });
  show();
}

function remembered() {
  try {
    const width = Number(localStorage.getItem(KEY) ?? MIDDLE);
    return width in WIDTHS ? width : MIDDLE;
  } catch {
    return MIDDLE;
  }
}

/** @param {number} width */
function remember(width) {
  try {
    localStorage.setItem(KEY, String(width));
  } catch {
    // Storage may be disabled. Then a reload loses the width.
  }
}
