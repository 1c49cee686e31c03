// What to say of a problem: what it is, what becomes of the drawing, and what to do.
// @ts-check

import { words } from "./words.js";

/** @typedef {import("./http.js").Problem} Problem */

/**
 * @param {Problem} problem
 * @returns {string}
 */
export function titleOf({ code }) {
  // The api knows no name for its own absence.
  if (code === "unreachable" || code === "unavailable") return words[code];
  return (words.problems[code] ?? words.problems.other).title;
}

/**
 * What happens next, or what to do about it.
 * @param {Problem} problem
 * @param {boolean} [isPicture]
 */
export function nextStepFor(problem, isPicture = false) {
  if (problem.code === "blank_image" && !isPicture) return words.draw_larger;
  const still = isPicture ? words.picture_still_here : words.drawing_still_here;
  if (isPicture && problem.code === "unreachable") return `${still} ${words.submit_sends_again}`;
  const trying = `${still} ${words.trying_again}`;
  if (problem.code === "database_unavailable") return `${words.record_away} ${trying}`;
  if (problem.passes) return trying;
  return adviceOn(problem) ?? (isPicture ? words.try_another : still);
}

/**
 * What to do about a problem of this kind; none, if it is none that people can do something about.
 * @param {Problem} problem
 * @returns {string | undefined}
 */
export function adviceOn({ code }) {
  return words.problems[code]?.advice;
}
