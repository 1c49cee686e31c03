// Labels by key where a form offers them: 0 to 9, N for no digit, U for unsure.
// @ts-check

/** @type {Record<string, string>} */
const NAMES = { n: "not_a_digit", u: "unsure" };

/**
 * Presses the button of the label that a key means.
 * @param {Document} page
 */
export function listenForLabelKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const name = NAMES[event.key.toLowerCase()] ?? event.key;
    const button = page.querySelector(`button[data-label="${CSS.escape(name)}"]`);
    if (button instanceof HTMLButtonElement) button.click();
  });
}
