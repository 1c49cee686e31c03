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
 * @property {Frame} rate how often answers as sure were right, of a hundred
 * @property {string} rate_unknown where too few were checked
 * @property {number} checked_enough how many are enough
 * @property {Frame} speaks_for where most ink does
 * @property {string} nothing_for
 * @property {Frame} speaks_against likewise
 * @property {string} nothing_against
 * @property {string[]} places the nine parts of a drawing, row by row
 * @property {Frame} asked_anew of another model than the one that answered
 * @property {string} label_taken_back
 * @property {string} deleted
 * @property {string} not_deleted
 * @property {string} not_explained
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
 * How often answers as sure have been right, in words.
 * @param {import("./http.js").Reliability} reliability
 */
export function rate({ right: { count, of } }) {
  const n = `(n\u00a0=\u00a0${of}).`;
  if (of < words.checked_enough) return `${words.rate_unknown} ${n}`;
  // Almost all is not all, and hardly any not none.
  const share = Math.round((100 * count) / of);
  const hundredths = count === 0 || count === of ? share : Math.min(Math.max(share, 1), 99);
  return `${filled(words.rate, String(hundredths))} ${n}`;
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
