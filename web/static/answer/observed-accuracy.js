// Shows the share of correct predictions at this confidence. Requests each confidence bin once, and never delays a live
// answer.
// @ts-check

import { Problem, observedAccuracyOf } from "../shared/http.js";
import { byId } from "../shared/page.js";
import { rate } from "../shared/messages.js";

/** @typedef {import("../shared/http.js").Answer} Answer */
/** @typedef {import("../shared/http.js").ObservedAccuracy} ObservedAccuracy */

// The observed accuracy of a live answer is requested when the answer has not changed for this time.
const SETTLED_AFTER_MS = 400;

const line = byId("observed-accuracy");

/** @type {{ model: string, bin: ObservedAccuracy }[]} */
let known = [];
let timer = 0;
let controller = new AbortController();

/**
 * Shows the observed accuracy of an answer; shows nothing without an answer or if it is not a digit.
 * @param {Answer | null} answer
 */
export function showObservedAccuracy(answer) {
  clearTimeout(timer);
  controller.abort();
  line.textContent = "";
  if (answer?.verdict !== "digit") return;
  const match = known.find((one) => one.model === answer.model && isWithin(one.bin, answer));
  if (match) line.textContent = rate(match.bin);
  else timer = setTimeout(() => void request(answer), answer.saved ? 0 : SETTLED_AFTER_MS);
}

/** Clears the cached bins, because a label has changed. */
export function forgetObservedAccuracy() {
  known = [];
}

/** @param {Answer} answer */
async function request(answer) {
  controller = new AbortController();
  const { signal } = controller;
  try {
    const bin = await observedAccuracyOf(answer, signal);
    if (signal.aborted) return;
    known.push({ model: answer.model, bin });
    line.textContent = rate(bin);
  } catch (error) {
    // The line stays empty if the api is unavailable.
    if (!signal.aborted && !(error instanceof Problem)) throw error;
  }
}

/**
 * @param {ObservedAccuracy} bin
 * @param {Answer} answer
 */
function isWithin({ from, to }, { confidence }) {
  return from <= confidence && (confidence < to || to === 1);
}
