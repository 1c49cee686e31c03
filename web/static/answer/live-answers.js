// Live answers: asks while the drawing grows, one request at a time, and never shows an old answer.
// @ts-check

import { Problem, preview } from "../shared/http.js";
import { patience, wait } from "../shared/retry.js";

/** @typedef {import("../shared/http.js").Answer} Answer */

const BETWEEN_QUESTIONS_MS = 80;

export class LiveAnswers {
  /** Whether the drawing has grown since it was last sent. */
  #isStale = false;
  /** @type {AbortController | null} Aborts the requests about the drawing that is shown. */
  #round = null;
  /** Ends the pause before the next question. */
  #pause = new AbortController();
  /** @type {{ drawing: string, answer: Answer } | null} */
  #last = null;

  /**
   * @param {object} page
   * @param {() => string} page.drawing the drawing as it is now
   * @param {() => void} page.onQuestion
   * @param {(answer: Answer) => void} page.onAnswer
   * @param {(problem: Problem) => void} page.onProblem one that passes is asked again
   */
  constructor(page) {
    this.page = page;
  }

  /** The drawing has grown: ask about it, soon. */
  ask() {
    this.#isStale = true;
    if (this.#round) return;
    this.#round = new AbortController();
    void this.#askOn(this.#round.signal);
  }

  /** The drawing is whole, for now: ask about it at once. */
  askNow() {
    this.ask();
    this.#pause.abort();
  }

  /** Another drawing is shown: an answer still under way is about the wrong one. */
  stop() {
    this.#round?.abort();
    this.#round = null;
    this.#isStale = false;
    this.#last = null;
  }

  /** @param {AbortSignal} signal */
  async #askOn(signal) {
    let failures = 0;
    while (this.#isStale) {
      this.#isStale = false;
      this.#pause = new AbortController();
      let pause = BETWEEN_QUESTIONS_MS;
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
          pause = patience(++failures, error);
          // Lifting the pen does not make an unavailable service answer sooner.
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
    // Often the last question was about all of it already.
    if (this.#last?.drawing === drawing) return this.#last.answer;
    this.page.onQuestion();
    const answer = await preview(drawing, signal);
    if (!signal.aborted) this.#last = { drawing, answer };
    return answer;
  }
}
