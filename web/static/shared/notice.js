// The notice about a problem, and announcements for screen readers.
// @ts-check

import { titleOf } from "./advice.js";
import { byId } from "./page.js";

/** @typedef {import("./http.js").Problem} Problem */

const root = byId("notice");
const title = byId("notice-title");
const detail = byId("notice-detail");
const announcement = byId("announcement");

/** @typedef {"live" | "record" | "label" | "explain" | "delete" | "replay"} About the action that a notice is about */

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
  // An unchanged notice is announced once, not at each retry.
  if (isNew) announce(`${what}. ${nextStep}`);
}

/** @param {About} [about] hides only a notice about this action; by default any */
export function hideNotice(about) {
  if (about === undefined || root.dataset.about === about) delete root.dataset.code;
}

/**
 * Lets screen readers read a sentence aloud.
 * @param {string} sentence
 */
export function announce(sentence) {
  announcement.textContent = sentence;
}
