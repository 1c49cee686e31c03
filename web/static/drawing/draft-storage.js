// Stores an unsubmitted drawing, so that it survives a reload, or a phone that unloads the page.
// @ts-check

/** @typedef {import("./canvas.js").Stroke} Stroke */

const KEY = "unsubmitted";

/** @param {() => Stroke[]} unsubmitted */
export function storeDraftOnLeaving(unsubmitted) {
  addEventListener("pagehide", () => {
    const strokes = unsubmitted();
    try {
      if (strokes.length > 0) sessionStorage.setItem(KEY, JSON.stringify(strokes));
      else sessionStorage.removeItem(KEY);
    } catch {
      // Storage may be full or disabled. Then a reload loses the drawing.
    }
  });
}

/** @returns {Stroke[]} */
export function storedDraft() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}
