// The delay before a retry: it doubles each time, up to a limit.
// @ts-check

/** @typedef {import("./http.js").Problem} Problem */

const FIRST_MS = 500;
const LONGEST_MS = 4000;

/**
 * @param {number} failures the number of consecutive failures, including this one
 * @param {Problem} problem
 */
export function retryDelayMs(failures, problem) {
  return Math.max(problem.retryAfterMs, Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS));
}

/**
 * Waits; ends early when the signal is aborted or the browser is online again.
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
