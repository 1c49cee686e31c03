// Keeps a drawing that was not submitted over a reload, or a phone that puts the page to sleep.
// @ts-check

/** @typedef {import("./paper.js").Stroke} Stroke */

const KEY = "unsubmitted";

/** @param {() => Stroke[]} unsubmitted */
export function keepOnLeaving(unsubmitted) {
  addEventListener("pagehide", () => {
    const strokes = unsubmitted();
    try {
      if (strokes.length > 0) sessionStorage.setItem(KEY, JSON.stringify(strokes));
      else sessionStorage.removeItem(KEY);
    } catch {
      // Storage may be full or forbidden; the drawing is then as safe as any page.
    }
  });
}

/** @returns {Stroke[]} */
export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}
