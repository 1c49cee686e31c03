// The texts about a problem: its title, the state of the drawing, and advice.
// @ts-check

import { messages } from "./messages.js";

/** @typedef {import("./http.js").Problem} Problem */

/**
 * @param {Problem} problem
 * @returns {string}
 */
export function titleOf({ code }) {
  // The api does not answer with these codes, so its messages do not contain them.
  if (code === "unreachable" || code === "unavailable") return messages[code];
  return (messages.problems[code] ?? messages.problems.other).title;
}

/**
 * The text about what happens next, or what the person can do.
 * @param {Problem} problem
 * @param {boolean} [isPicture]
 */
export function nextStepFor(problem, isPicture = false) {
  if (problem.code === "blank_image" && !isPicture) return messages.draw_larger;
  const still = isPicture ? messages.picture_still_here : messages.drawing_still_here;
  if (isPicture && problem.code === "unreachable") return `${still} ${messages.submit_sends_again}`;
  const trying = `${still} ${messages.trying_again}`;
  if (problem.code === "database_unavailable") return `${messages.database_unavailable} ${trying}`;
  if (problem.passes) return trying;
  return adviceOn(problem) ?? (isPicture ? messages.try_another : still);
}

/**
 * The advice about a problem; undefined if there is none.
 * @param {Problem} problem
 * @returns {string | undefined}
 */
export function adviceOn({ code }) {
  return messages.problems[code]?.advice;
}
