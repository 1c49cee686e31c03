// The messages in the reader's language, which the server embeds in the page.
// @ts-check

import { byId } from "./page.js";

/** @typedef {import("./http.js").Reason} Reason */
/** @typedef {{ title: string, advice: string }} Notice */
/**
 * @typedef {string | { variable: string } | { plural: string, forms: Record<string, Part[]> }} Part a text, a variable, or
 *   the plural forms of a count
 * @typedef {Part[]} Message
 */

/**
 * @typedef {object} Messages
 * @property {string} language its tag
 * @property {string} not_a_digit in place of the digit
 * @property {string} label_not_a_digit within a sentence
 * @property {string} label_unsure likewise
 * @property {[atLeast: number, label: string][]} confidence_label in descending order
 * @property {Record<Reason, string>} reasons
 * @property {Message} thanks
 * @property {string} submit
 * @property {Record<string, Notice> & { other: Notice }} problems by code
 * @property {Message} pen_width
 * @property {string[]} pen_widths from thin to thick
 * @property {string} pen_width_note
 * @property {string} cleared
 * @property {Message} rate the percentage of correct predictions at a confidence
 * @property {Message} rate_unknown if there are too few labels
 * @property {number} least_labels_for_rate the least number of labels for a rate
 * @property {Message} speaks_for the region with the most evidence for the answer
 * @property {string} nothing_for
 * @property {Message} speaks_against likewise
 * @property {string} nothing_against
 * @property {string[]} regions the nine parts of a drawing, row by row
 * @property {Message} computed_now if the explanation is of another model version
 * @property {string} label_taken_back
 * @property {string} deleted
 * @property {string} not_deleted
 * @property {string} not_explained
 * @property {string} next
 * @property {Message} recorded
 * @property {Message} shown
 * @property {string} last_not_recorded
 * @property {string} undo_brings_back
 * @property {string} draw_larger
 * @property {string} drawing_still_here
 * @property {string} picture_still_here
 * @property {string} trying_again
 * @property {string} submit_sends_again
 * @property {string} database_unavailable
 * @property {string} label_not_recorded
 * @property {string} unreachable
 * @property {string} unavailable
 * @property {string} try_another
 */

/** @type {Messages} */
export const messages = JSON.parse(byId("messages").textContent ?? "");

const plurals = new Intl.PluralRules(messages.language);
const decimals = new Intl.NumberFormat(messages.language);
const percents = new Intl.NumberFormat(messages.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/**
 * Formats a message with the values of its variables.
 * @param {Message} message
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function format(message, values) {
  return message.map((part) => formatPart(part, values)).join("");
}

/**
 * @param {Part} part
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
function formatPart(part, values) {
  if (typeof part === "string") return part;
  if ("variable" in part) {
    const value = values[part.variable] ?? "";
    return typeof value === "number" ? decimals.format(value) : value;
  }
  const form = plurals.select(Number(values[part.plural]));
  return format(part.forms[form] ?? part.forms.other ?? [], values);
}

/**
 * A sentence with the share of correct predictions at a confidence.
 * @param {import("./http.js").ObservedAccuracy} accuracy
 */
export function rate({ correct: { count, total } }) {
  if (total < messages.least_labels_for_rate) return format(messages.rate_unknown, { total });
  // Only a share of 0 becomes 0, and only a share of 1 becomes 100.
  const share = Math.round((100 * count) / total);
  const correct = count === 0 || count === total ? share : Math.min(Math.max(share, 1), 99);
  return format(messages.rate, { correct, total });
}

/**
 * A probability with one decimal, never rounded up to 100 % or down to 0 %.
 * @param {number} probability
 */
export function percent(probability) {
  const percent = (/** @type {number} */ number) => `${percents.format(number)}\u00a0%`;
  if (probability >= 0.9995) return `> ${percent(99.9)}`;
  if (probability < 0.0005) return `< ${percent(0.1)}`;
  return percent(100 * probability);
}
