// Submits drawings, with retries, and remembers the recorded ones.
// @ts-check

import { Problem, predict } from "../shared/http.js";
import { newIdempotencyKey } from "./idempotency-key.js";
import { keep } from "../shared/deletion-tokens.js";
import { retryDelayMs, wait } from "../shared/retry.js";
import { mayTrain } from "./training-choice.js";

/** @typedef {import("../shared/http.js").Answer} Answer */
/** @typedef {import("../shared/http.js").TrueLabel} TrueLabel */
/** @typedef {import("../drawing/canvas.js").Drawing} Drawing */

/**
 * A recorded prediction and its label.
 * @typedef {{ answer: Answer & { id: string }, trueLabel: TrueLabel | null }} Entry
 */

/**
 * The callbacks of a submission.
 * @typedef {object} Progress
 * @property {(drawing: Drawing) => boolean} isShown
 * @property {(drawing: Drawing) => void} onSubmit
 * @property {(drawing: Drawing, answer: Answer) => void} onUnsaved the api answered without a record
 * @property {(drawing: Drawing, entry: Entry) => void} onRecorded
 * @property {(drawing: Drawing, problem: Problem) => void} onProblem
 */

export class Submissions {
  /** @type {WeakMap<Drawing, Entry>} */
  #entries = new WeakMap();
  /** @type {WeakSet<Drawing>} */
  #inFlight = new WeakSet();
  /** @type {WeakMap<Drawing, AbortController>} Drawings that wait for a retry. */
  #waiting = new WeakMap();
  /** @type {WeakMap<Drawing, { subject: string | File, key: string }>} The last submission, and its idempotency key. */
  #sent = new WeakMap();

  /** @param {Drawing} drawing */
  entryOf(drawing) {
    return this.#entries.get(drawing);
  }

  /**
   * Remembers the prediction of a drawing that was recorded before.
   * @param {Drawing} drawing
   * @param {Entry} entry
   */
  remember(drawing, entry) {
    this.#entries.set(drawing, entry);
  }

  /**
   * Whether a submission of the drawing is in flight.
   * @param {Drawing} drawing
   */
  isInFlight(drawing) {
    return this.#inFlight.has(drawing);
  }

  /**
   * Submits a drawing, and retries while the problem is temporary and the drawing is still shown.
   * @param {Drawing} drawing
   * @param {string | File} subject the drawing in the format of the api
   * @param {Progress} progress
   */
  async submit(drawing, subject, progress) {
    if (this.#entries.has(drawing) || this.#inFlight.has(drawing)) return;
    const waiting = this.#waiting.get(drawing);
    // A second press starts the retry at once.
    if (waiting) return waiting.abort();

    for (let failures = 1; ; failures++) {
      const result = await this.#try(drawing, subject, progress);
      if (!(result instanceof Problem)) return progress.onRecorded(drawing, result);
      progress.onProblem(drawing, result);
      // An upload without a response may be too large, and would fail again.
      const isFinal =
        !result.passes || (subject instanceof File && result.code === "unreachable");
      if (isFinal || !progress.isShown(drawing)) return;
      const nextTry = new AbortController();
      this.#waiting.set(drawing, nextTry);
      await wait(retryDelayMs(failures, result), nextTry.signal);
      this.#waiting.delete(drawing);
      if (!progress.isShown(drawing)) return;
    }
  }

  /**
   * The idempotency key of a submission: the same for each retry, so that the api records it only once; a new one after the
   * drawing has changed.
   * @param {Drawing} drawing
   * @param {string | File} subject
   */
  #keyOf(drawing, subject) {
    const sent = this.#sent.get(drawing);
    if (sent?.subject === subject) return sent.key;
    const key = newIdempotencyKey();
    this.#sent.set(drawing, { subject, key });
    return key;
  }

  /**
   * @param {Drawing} drawing
   * @param {string | File} subject
   * @param {Progress} progress
   * @returns {Promise<Entry | Problem>} the recorded prediction, or why it is not recorded
   */
  async #try(drawing, subject, progress) {
    this.#inFlight.add(drawing);
    progress.onSubmit(drawing);
    try {
      const answer = await predict(subject, this.#keyOf(drawing, subject), mayTrain());
      if (answer.id === undefined || !answer.saved) {
        progress.onUnsaved(drawing, answer);
        return new Problem("database_unavailable");
      }
      if (answer.deletion_token) keep(answer.id, answer.deletion_token);
      const entry = { answer: { ...answer, id: answer.id }, trueLabel: null };
      this.#entries.set(drawing, entry);
      return entry;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    } finally {
      this.#inFlight.delete(drawing);
    }
  }
}
