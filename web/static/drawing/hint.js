// The hint: a sentence at the edge of the canvas about the last action, until the next stroke begins.
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
