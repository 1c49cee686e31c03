// The queue: each label brings the next drawing at once, and the keyboard is enough.
// @ts-check

import { Problem, fetchPage } from "./http.js";
import { listenForLabelKeys } from "./labelkeys.js";
import { byId } from "./page.js";
import { words } from "./words.js";

listenForLabelKeys();

addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key === "z";
  if (isUndo) document.getElementById("undo")?.click();
  else if (event.key === "s" && !event.ctrlKey && !event.metaKey) {
    document.getElementById("skip")?.click();
  }
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value));
  void show(form.action, { method: "POST", body });
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("#skip") : null;
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!(link instanceof HTMLAnchorElement) || !isPlain) return;
  event.preventDefault();
  void show(link.href);
});

// A key that is pressed before the next drawing is seen cannot be meant for it.
let isOnTheWay = false;

/**
 * Brings the next drawing into the page.
 * @param {string} url
 * @param {RequestInit} [request]
 */
async function show(url, request) {
  if (isOnTheWay) return;
  isOnTheWay = true;
  try {
    const next = (await fetchPage(url, request)).getElementById("labelling");
    const focused = document.activeElement?.getAttribute("data-label");
    if (next) byId("labelling").replaceWith(next);
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-label="${focused}"]`))?.focus();
    byId("announcement").textContent = document.getElementById("thanks")?.textContent ?? "";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { title, advice } = words.problems[error.code] ?? words.problems.other;
    byId("trouble").textContent = `${title}. ${advice}`;
  } finally {
    isOnTheWay = false;
  }
}
