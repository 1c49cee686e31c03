// Live answers: sends the drawing while it grows, one request at a time, and never shows an outdated answer.
// @ts-check

import { Problem, preview } from "../shared/http.js";
import { retryDelayMs, wait } from "../shared/retry.js";

/** @typedef {import("../shared/http.js").Answer} Answer */

const PAUSE_MS = 80;

export class LiveAnswers {
  /** Whether the drawing has changed since it was last sent. */
  #isStale = false;
  /** @type {AbortController | null} Aborts the requests about the current drawing. */
  #round = null;
  /** Ends the pause before the next request. */
  #pause = new AbortController();
  /** @type {{ drawing: string, answer: Answer } | null} */
  #last = null;

  /**
   * @param {object} page
   * @param {() => string} page.drawing the current drawing
   * @param {() => void} page.onRequest
   * @param {(answer: Answer) => void} page.onAnswer
   * @param {(problem: Problem) => void} page.onProblem after a temporary problem, the request is repeated
   */
  constructor(page) {
    this.page = page;
  }

  /** Requests an answer soon, because the drawing has changed. */
  request() {
    this.#isStale = true;
    if (this.#round) return;
    this.#round = new AbortController();
    void this.#run(this.#round.signal);
  }

  /** Requests an answer at once, because the drawing may be complete. */
  requestNow() {
    this.request();
    this.#pause.abort();
  }

  /** Aborts the request, because another drawing is shown. */
  stop() {
    this.#round?.abort();
    this.#round = null;
    this.#isStale = false;
    this.#last = null;
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    let failures = 0;
    while (this.#isStale) {
      this.#isStale = false;
      this.#pause = new AbortController();
      let pause = PAUSE_MS;
      let end = AbortSignal.any([signal, this.#pause.signal]);
      try {
        const answer = await this.#answerTo(this.page.drawing(), signal);
        if (signal.aborted) return;
        failures = 0;
        this.page.onAnswer(answer);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        this.page.onProblem(error);
        if (error.passes) {
          this.#isStale = true;
          pause = retryDelayMs(++failures, error);
          // A lifted pen does not end this pause, because the service is unavailable.
          end = signal;
        }
      }
      await wait(pause, end);
      if (signal.aborted) return;
    }
    this.#round = null;
  }

  /**
   * @param {string} drawing
   * @param {AbortSignal} signal
   */
  async #answerTo(drawing, signal) {
    // Often the last request had the same drawing.
    if (this.#last?.drawing === drawing) return this.#last.answer;
    this.page.onRequest();
    const answer = await preview(drawing, signal);
    if (!signal.aborted) this.#last = { drawing, answer };
    return answer;
  }
}
