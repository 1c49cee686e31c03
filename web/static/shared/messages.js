// The page's messages, which the server wrote into it in the reader's language.
// @ts-check

import { byId } from "./page.js";

/** @typedef {import("./http.js").Reason} Reason */
/** @typedef {{ title: string, advice: string }} Notice */
/** @typedef {string} MessageTemplate a text with one placeholder, written {} */

/**
 * @typedef {object} Messages
 * @property {string} decimal the decimal separator
 * @property {string} not_a_digit in the numeral's place
 * @property {string} label_not_a_digit within a sentence
 * @property {string} label_unsure likewise
 * @property {[atLeast: number, label: string][]} confidence_label from the surest down
 * @property {Record<Reason, string>} reasons
 * @property {MessageTemplate} thanks
 * @property {string} submit
 * @property {Record<string, Notice> & { other: Notice }} problems by code
 * @property {MessageTemplate} pen_width
 * @property {string[]} pen_widths from the thinnest on
 * @property {string} pen_width_note
 * @property {string} cleared
 * @property {MessageTemplate} rate how often answers as sure were right, of a hundred
 * @property {string} rate_unknown where too few were checked
 * @property {number} checked_enough how many are enough
 * @property {MessageTemplate} speaks_for where most ink does
 * @property {string} nothing_for
 * @property {MessageTemplate} speaks_against likewise
 * @property {string} nothing_against
 * @property {string[]} regions the nine parts of a drawing, row by row
 * @property {MessageTemplate} asked_anew of another model than the one that answered
 * @property {string} label_taken_back
 * @property {string} deleted
 * @property {string} not_deleted
 * @property {string} not_explained
 * @property {string} next
 * @property {MessageTemplate} recorded
 * @property {MessageTemplate} shown
 * @property {string} last_not_recorded
 * @property {string} undo_brings_back
 * @property {string} draw_larger
 * @property {string} drawing_still_here
 * @property {string} picture_still_here
 * @property {string} trying_again
 * @property {string} submit_sends_again
 * @property {string} record_unavailable
 * @property {string} label_not_recorded
 * @property {string} unreachable
 * @property {string} unavailable
 * @property {string} try_another
 */

/** @type {Messages} */
export const messages = JSON.parse(byId("messages").textContent ?? "");

/**
 * @param {MessageTemplate} template
 * @param {string} text
 */
export function filled(template, text) {
  return template.replace("{}", () => text);
}

/**
 * How many predictions of this confidence are correct, as a sentence.
 * @param {import("./http.js").ObservedAccuracy} accuracy
 */
export function rate({ correct: { count, total } }) {
  const n = `(n\u00a0=\u00a0${total}).`;
  if (total < messages.checked_enough) return `${messages.rate_unknown} ${n}`;
  // Rounding must not turn almost all into all, nor a few into none.
  const share = Math.round((100 * count) / total);
  const hundredths = count === 0 || count === total ? share : Math.min(Math.max(share, 1), 99);
  return `${filled(messages.rate, String(hundredths))} ${n}`;
}

/**
 * A probability with one decimal, never rounded up to 100 % or down to 0 %.
 * @param {number} probability
 */
export function percent(probability) {
  let figure = (100 * probability).toFixed(1);
  if (probability >= 0.9995) figure = "> 99.9";
  if (probability < 0.0005) figure = "< 0.1";
  return `${figure.replace(".", messages.decimal)}\u00a0%`;
}
