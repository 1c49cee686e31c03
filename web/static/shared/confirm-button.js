// A button that asks for confirmation before it acts: a second press confirms.
// @ts-check

import { announce } from "./notice.js";

const CANCELS_AFTER_MS = 5000;
// The second click of a double click does not confirm.
const NOT_BEFORE_MS = 500;

/**
 * @param {HTMLButtonElement} button with `data-sure`, its text while it waits for the confirmation
 * @param {() => void} act
 * @returns {() => void} cancels the confirmation
 */
export function confirmBefore(button, act) {
  const text = button.textContent;
  let pressedAt = -Infinity;
  let timer = 0;

  function cancel() {
    clearTimeout(timer);
    pressedAt = -Infinity;
    button.textContent = text;
    button.toggleAttribute("data-confirming", false);
  }

  button.addEventListener("click", () => {
    if (pressedAt === -Infinity) {
      pressedAt = performance.now();
      timer = setTimeout(cancel, CANCELS_AFTER_MS);
      button.textContent = button.dataset.sure ?? text;
      button.toggleAttribute("data-confirming", true);
      announce(button.textContent ?? "");
    } else if (performance.now() - pressedAt > NOT_BEFORE_MS) {
      cancel();
      act();
    }
  });
  button.addEventListener("blur", cancel);
  return cancel;
}
