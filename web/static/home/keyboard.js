// The keyboard shortcuts: undo, redo, clear, submit, E for the eraser, and a digit, N or U for a label.
// @ts-check

import { labelOfKey } from "../labelling/label-keys.js";

/**
 * @param {object} page
 * @param {() => void} page.undo
 * @param {() => void} page.redo
 * @param {() => void} page.clear
 * @param {() => void} page.submit
 * @param {() => void} page.swapTool
 * @param {(label: import("../shared/http.js").TrueLabel) => void} page.label
 */
export function listenForKeys(page) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const act = actionOf(event);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || act === page.undo || act === page.redo) act();
  });

  /**
   * @param {KeyboardEvent} event
   * @returns {(() => void) | null}
   */
  function actionOf({ key, ctrlKey, metaKey, shiftKey, target }) {
    if (ctrlKey || metaKey) {
      if (key.toLowerCase() === "z") return shiftKey ? page.redo : page.undo;
      return key.toLowerCase() === "y" ? page.redo : null;
    }
    const label = labelOfKey(key);
    if (label !== undefined) return () => page.label(label);
    if (key.toLowerCase() === "e") return page.swapTool;
    if (key === "Escape") return page.clear;
    // On a button or a link, Enter activates that button or link.
    const isElsewhere = target instanceof Element && target.closest("a, button, summary, input");
    return key === "Enter" && !isElsewhere ? page.submit : null;
  }
}
