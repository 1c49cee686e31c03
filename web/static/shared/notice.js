// The notice: says what went wrong and what happens next.
// @ts-check

import { titleOf } from "./advice.js";
import { byId } from "./page.js";

/** @typedef {import("./http.js").Problem} Problem */

const root = byId("notice");
const title = byId("notice-title");
const detail = byId("notice-detail");
const announcement = byId("announcement");

/** @typedef {"live" | "record" | "label" | "explain" | "delete" | "replay"} About which part of the page a notice speaks for */

/**
 * @param {About} about
 * @param {Problem} problem
 * @param {string} nextStep
 */
export function showProblem(about, problem, nextStep) {
  showNotice(about, problem.code, titleOf(problem), nextStep);
}

/**
 * @param {About} about
 * @param {string} code
 * @param {string} what
 * @param {string} nextStep
 */
export function showNotice(about, code, what, nextStep) {
  const isNew = root.dataset.code !== code || detail.textContent !== nextStep;
  root.dataset.about = about;
  root.dataset.code = code;
  title.textContent = what;
  detail.textContent = nextStep;
  // A notice that stays is announced once, not at each retry.
  if (isNew) announce(`${what}. ${nextStep}`);
}

/** @param {About} [about] only a notice of this part; any, if not given */
export function hideNotice(about) {
  if (about === undefined || root.dataset.about === about) delete root.dataset.code;
}

/**
 * Has screen readers say a sentence.
 * @param {string} sentence
 */
export function announce(sentence) {
  announcement.textContent = sentence;
}
