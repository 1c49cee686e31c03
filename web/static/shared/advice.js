// What to say of a problem: what it is, what becomes of the drawing, and what to do.
// @ts-check

import { messages } from "./messages.js";

/** @typedef {import("./http.js").Problem} Problem */

/**
 * @param {Problem} problem
 * @returns {string}
 */
export function titleOf({ code }) {
  // The api knows no name for its own absence.
  if (code === "unreachable" || code === "unavailable") return messages[code];
  return (messages.problems[code] ?? messages.problems.other).title;
}

/**
 * What happens next, or what to do about it.
 * @param {Problem} problem
 * @param {boolean} [isPicture]
 */
export function nextStepFor(problem, isPicture = false) {
  if (problem.code === "blank_image" && !isPicture) return messages.draw_larger;
  const still = isPicture ? messages.picture_still_here : messages.drawing_still_here;
  if (isPicture && problem.code === "unreachable") return `${still} ${messages.submit_sends_again}`;
  const trying = `${still} ${messages.trying_again}`;
  if (problem.code === "database_unavailable") return `${messages.record_unavailable} ${trying}`;
  if (problem.passes) return trying;
  return adviceOn(problem) ?? (isPicture ? messages.try_another : still);
}

/**
 * What to do about a problem of this kind; none, if it is none that people can do something about.
 * @param {Problem} problem
 * @returns {string | undefined}
 */
export function adviceOn({ code }) {
  return messages.problems[code]?.advice;
}
