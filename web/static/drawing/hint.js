// The hint: a sentence on the canvas's edge about what was just done there, until the pen is put down again.
// @ts-check

import { announce } from "../shared/notice.js";
import { byId } from "../shared/page.js";

const hint = byId("hint");

/** @param {string} sentence */
export function showHint(sentence) {
  hint.textContent = sentence;
  hint.hidden = false;
  announce(sentence);
}

export function hideHint() {
  hint.hidden = true;
}
