// How often answers that were as sure have been right: asked once for each step of confidence, and never in a live
// answer's way.
// @ts-check

import { Problem, reliabilityOf } from "./http.js";
import { byId } from "./page.js";
import { rate } from "./words.js";

/** @typedef {import("./http.js").Answer} Answer */
/** @typedef {import("./http.js").Reliability} Reliability */

// A live answer that has not changed for so long is worth a question.
const SETTLED_AFTER_MS = 400;

const line = byId("reliability");

/** @type {{ model: string, step: Reliability }[]} */
let known = [];
let timer = 0;
let asked = new AbortController();

/**
 * Says it of an answer; of none, if there is none or it names no digit.
 * @param {Answer | null} answer
 */
export function showReliability(answer) {
  clearTimeout(timer);
  asked.abort();
  line.textContent = "";
  if (answer?.verdict !== "digit") return;
  const step = known.find((one) => one.model === answer.model && isWithin(one.step, answer));
  if (step) line.textContent = rate(step.step);
  else timer = setTimeout(() => void ask(answer), answer.saved ? 0 : SETTLED_AFTER_MS);
}

/** What was counted has changed. */
export function forgetReliability() {
  known = [];
}

/** @param {Answer} answer */
async function ask(answer) {
  asked = new AbortController();
  const { signal } = asked;
  try {
    const step = await reliabilityOf(answer, signal);
    if (signal.aborted) return;
    known.push({ model: answer.model, step });
    line.textContent = rate(step);
  } catch (error) {
    // What is not known is not said.
    if (!signal.aborted && !(error instanceof Problem)) throw error;
  }
}

/**
 * @param {Reliability} step
 * @param {Answer} answer
 */
function isWithin({ from, to }, { confidence }) {
  return from <= confidence && (confidence < to || to === 1);
}
