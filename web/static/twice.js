// A button to be pressed twice, for what nothing brings back: the first time it asks whether one is sure.
// @ts-check

import { announce } from "./notice.js";

const ASKS_FOR_MS = 5000;
// The second click of a double click is no second thought.
const NOT_BEFORE_MS = 500;

/**
 * @param {HTMLButtonElement} button its `data-sure` is what it asks
 * @param {() => void} act
 * @returns {() => void} takes the question back
 */
export function askTwice(button, act) {
  const says = button.textContent;
  let askedAt = -Infinity;
  let timer = 0;

  function takeBack() {
    clearTimeout(timer);
    askedAt = -Infinity;
    button.textContent = says;
    button.toggleAttribute("data-asks", false);
  }

  button.addEventListener("click", () => {
    if (askedAt === -Infinity) {
      askedAt = performance.now();
      timer = setTimeout(takeBack, ASKS_FOR_MS);
      button.textContent = button.dataset.sure ?? says;
      button.toggleAttribute("data-asks", true);
      announce(button.textContent ?? "");
    } else if (performance.now() - askedAt > NOT_BEFORE_MS) {
      takeBack();
      act();
    }
  });
  button.addEventListener("blur", takeBack);
  return takeBack;
}
