// The record: submits a sheet until the api has written it down, and knows which sheets it has.
// @ts-check

import { Problem, predict } from "./http.js";
import { newIdempotencyKey } from "./idempotency-key.js";
import { keep } from "./deletion-tokens.js";
import { patience, wait } from "./retry.js";

/** @typedef {import("./http.js").Answer} Answer */
/** @typedef {import("./http.js").TrueLabel} TrueLabel */
/** @typedef {import("./paper.js").Sheet} Sheet */

/**
 * One recorded prediction, and what people say it truly is.
 * @typedef {{ answer: Answer & { id: string }, trueLabel: TrueLabel | null }} Entry
 */

export class Record {
  /** @type {WeakMap<Sheet, Entry>} */
  #entries = new WeakMap();
  /** @type {WeakSet<Sheet>} */
  #inFlight = new WeakSet();
  /** @type {WeakMap<Sheet, AbortController>} Sheets that wait for another try. */
  #waiting = new WeakMap();
  /** @type {WeakMap<Sheet, { subject: string | File, key: string }>} What was sent last, and under which key. */
  #sent = new WeakMap();

  /**
   * @param {object} page
   * @param {(sheet: Sheet) => boolean} page.isInFront
   * @param {(sheet: Sheet) => void} page.onSubmit
   * @param {(sheet: Sheet, answer: Answer) => void} page.onUnsaved answered, and not written down
   * @param {(sheet: Sheet) => void} page.onRecorded
   * @param {(sheet: Sheet, problem: Problem) => void} page.onProblem
   */
  constructor(page) {
    this.page = page;
  }

  /** @param {Sheet} sheet */
  of(sheet) {
    return this.#entries.get(sheet);
  }

  /**
   * Remembers what was recorded before this page was opened.
   * @param {Sheet} sheet
   * @param {Entry} entry
   */
  remember(sheet, entry) {
    this.#entries.set(sheet, entry);
  }

  /**
   * Whether the api may be writing the sheet down this very moment.
   * @param {Sheet} sheet
   */
  isInFlight(sheet) {
    return this.#inFlight.has(sheet);
  }

  /**
   * Submits a sheet, again and again while what is wrong may pass and nobody draws on.
   * @param {Sheet} sheet
   * @param {string | File} subject the sheet as the api takes it
   */
  async submit(sheet, subject) {
    if (this.#entries.has(sheet) || this.#inFlight.has(sheet)) return;
    const waiting = this.#waiting.get(sheet);
    // Whoever presses again will not wait for the next try.
    if (waiting) return waiting.abort();

    for (let failures = 1; ; failures++) {
      const problem = await this.#try(sheet, subject);
      if (!problem) return this.page.onRecorded(sheet);
      this.page.onProblem(sheet, problem);
      // An upload cut off may be one too large: to send it over and over would help nobody.
      const isHopeless =
        !problem.passes || (subject instanceof File && problem.code === "unreachable");
      if (isHopeless || !this.page.isInFront(sheet)) return;
      const nextTry = new AbortController();
      this.#waiting.set(sheet, nextTry);
      await wait(patience(failures, problem), nextTry.signal);
      this.#waiting.delete(sheet);
      if (!this.page.isInFront(sheet)) return;
    }
  }

  /**
   * The same key for each try, so that the api records one whose answer was lost only once; a new one once the drawing has
   * changed.
   * @param {Sheet} sheet
   * @param {string | File} subject
   */
  #keyOf(sheet, subject) {
    const sent = this.#sent.get(sheet);
    if (sent?.subject === subject) return sent.key;
    const key = newIdempotencyKey();
    this.#sent.set(sheet, { subject, key });
    return key;
  }

  /**
   * @param {Sheet} sheet
   * @param {string | File} subject
   * @returns {Promise<Problem | null>} null once the sheet is recorded
   */
  async #try(sheet, subject) {
    this.#inFlight.add(sheet);
    this.page.onSubmit(sheet);
    try {
      const answer = await predict(subject, this.#keyOf(sheet, subject));
      if (answer.id === undefined || !answer.saved) {
        this.page.onUnsaved(sheet, answer);
        return new Problem("database_unavailable");
      }
      if (answer.deletion_token) keep(answer.id, answer.deletion_token);
      this.#entries.set(sheet, { answer: { ...answer, id: answer.id }, trueLabel: null });
      return null;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    } finally {
      this.#inFlight.delete(sheet);
    }
  }
}
