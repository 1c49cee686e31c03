// How long to wait before asking again: longer each time, never longer than a person would.
// @ts-check

/** @typedef {import("./http.js").Problem} Problem */

const FIRST_MS = 500;
const LONGEST_MS = 4000;

/**
 * @param {number} failures how many in a row, this one included
 * @param {Problem} problem
 */
export function patience(failures, problem) {
  return Math.max(problem.retryAfterMs, Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS));
}

/**
 * Waits; ends early when the signal is aborted. Back online, it waits no longer.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function wait(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    addEventListener("online", done);
    if (signal.aborted) done();
  });
}
