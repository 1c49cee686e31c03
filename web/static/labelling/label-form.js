// The label form under an answer: a button for a correct prediction, and keys for other labels.
// @ts-check

import { hideExplanation } from "../answer/explanation.js";
import { Problem, labelOf, putLabel } from "../shared/http.js";
import { byId } from "../shared/page.js";
import { messages } from "../shared/messages.js";

/** @typedef {import("../shared/http.js").TrueLabel} TrueLabel */
/** @typedef {import("../home/submissions.js").Entry} Entry */

const form = byId("label", HTMLFormElement);
const right = byId("right", HTMLButtonElement);
const correction = byId("correction", HTMLDetailsElement);
const given = byId("true-label");
const more = byId("more", HTMLAnchorElement);

/**
 * Prepares the form for a recorded prediction.
 * @param {Entry} entry
 */
export function showLabel({ answer, trueLabel }) {
  form.action = `/home/${answer.id}/label`;
  more.href = `/drawings/${answer.id}`;
  right.value = answer.verdict === "digit" ? String(answer.prediction) : "not_a_digit";
  given.textContent = labelText(trueLabel);
  closeKeys();
}

correction.addEventListener("toggle", () => {
  if (!correction.open) return;
  hideExplanation();
  // On a small screen the keys may be out of view.
  form.scrollIntoView({ block: "nearest" });
});

/** @returns {boolean} whether there were keys to close */
export function closeKeys() {
  const wasOpen = correction.open;
  correction.open = false;
  return wasOpen;
}

/** @param {TrueLabel | null} label */
export function labelText(label) {
  if (label === "unsure") return messages.label_unsure;
  return label === "not_a_digit" ? messages.label_not_a_digit : String(label ?? "");
}

/** @param {(label: TrueLabel | null) => void} onLabel */
export function listenForLabels(onLabel) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = /** @type {HTMLButtonElement} */ (event.submitter);
    onLabel(value === "" ? null : labelOf(value));
  });
}

/**
 * Records a label; null withdraws it.
 * @param {Entry} entry
 * @param {TrueLabel | null} trueLabel
 * @returns {Promise<Problem | null>} null on success
 */
export async function label(entry, trueLabel) {
  try {
    await putLabel(entry.answer.id, trueLabel);
    entry.trueLabel = trueLabel;
    return null;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
