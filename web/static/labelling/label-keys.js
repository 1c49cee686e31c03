// Labels by key: 0 to 9, N for not a digit, U for unsure.
// @ts-check

/** @type {Record<string, import("../shared/http.js").TrueLabel>} */
const NAMES = { n: "not_a_digit", u: "unsure" };

/**
 * @param {string} key
 * @returns {import("../shared/http.js").TrueLabel | undefined} the label of the key, if it has one
 */
export function labelOfKey(key) {
  return /^[0-9]$/.test(key) ? Number(key) : NAMES[key.toLowerCase()];
}

/** Clicks the button of a key's label, on a page with a label form. */
export function listenForLabelKeys() {
  addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, repeat }) => {
    const label = labelOfKey(key);
    if (label === undefined || ctrlKey || metaKey || altKey || repeat) return;
    const button = document.querySelector(`button[data-label="${label}"]`);
    if (button instanceof HTMLButtonElement) button.click();
  });
}
