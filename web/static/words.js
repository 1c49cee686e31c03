// The page's words, which the server wrote into it in the reader's language.
// @ts-check

import { byId } from "./page.js";

/** @typedef {import("./http.js").Reason} Reason */
/** @typedef {{ title: string, advice: string }} Notice */
/** @typedef {string} Frame a sentence with a place in it, written {} */

/**
 * @typedef {object} Words
 * @property {string} decimal what parts a number's decimals from the rest
 * @property {string} not_a_digit in the numeral's place
 * @property {string} label_not_a_digit within a sentence
 * @property {string} label_unsure likewise
 * @property {[atLeast: number, words: string][]} sureness from the surest down
 * @property {Record<Reason, string>} reasons
 * @property {Frame} thanks
 * @property {string} submit
 * @property {Record<string, Notice> & { other: Notice }} problems by code
 * @property {Frame} pen_width
 * @property {string[]} pen_widths from the thinnest on
 * @property {string} pen_width_note
 * @property {string} cleared
 * @property {string} next
 * @property {Frame} recorded
 * @property {Frame} shown
 * @property {string} last_not_recorded
 * @property {string} undo_brings_back
 * @property {string} draw_larger
 * @property {string} drawing_still_here
 * @property {string} picture_still_here
 * @property {string} trying_again
 * @property {string} submit_sends_again
 * @property {string} record_away
 * @property {string} label_not_recorded
 * @property {string} unreachable
 * @property {string} unavailable
 * @property {string} try_another
 */

/** @type {Words} */
export const words = JSON.parse(byId("words").textContent ?? "");

/**
 * @param {Frame} frame
 * @param {string} text
 */
export function filled(frame, text) {
  return frame.replace("{}", () => text);
}

/**
 * One decimal; no certainty is ever rounded up to 100 % nor a chance down to none.
 * @param {number} probability
 */
export function percent(probability) {
  let figure = (100 * probability).toFixed(1);
  if (probability >= 0.9995) figure = "> 99.9";
  if (probability < 0.0005) figure = "< 0.1";
  return `${figure.replace(".", words.decimal)}\u00a0%`;
}
