// The labelling queue: each label shows the next drawing at once. All actions have keys.
// @ts-check

import "../shared/time-zone.js";
import { adviceOn, titleOf } from "../shared/advice.js";
import { Problem, fetchPage } from "../shared/http.js";
import { listenForLabelKeys } from "./label-keys.js";
import { byId, linkFollowed } from "../shared/page.js";
import { messages } from "../shared/messages.js";

listenForLabelKeys();

addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, repeat }) => {
  if (altKey || repeat) return;
  const isCommand = ctrlKey || metaKey;
  if (isCommand && key.toLowerCase() === "z") document.getElementById("undo")?.click();
  else if (!isCommand && key.toLowerCase() === "s") document.getElementById("skip")?.click();
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
  const link = linkFollowed(event, "#skip");
  if (!link) return;
  event.preventDefault();
  void show(link.href);
});

// While a drawing loads, keys are ignored, because they cannot refer to it.
let isLoading = false;

/**
 * Loads the next drawing into the page.
 * @param {string} url
 * @param {RequestInit} [request]
 */
async function show(url, request) {
  if (isLoading) return;
  isLoading = true;
  try {
    const next = (await fetchPage(url, request)).getElementById("labelling");
    if (next) putInPlace(next);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    byId("trouble").textContent = `${titleOf(error)}. ${adviceOn(error) ?? messages.label_not_recorded}`;
  } finally {
    isLoading = false;
  }
}

/**
 * Replaces the last drawing by the next one, and keeps the focus on the same button, or sets it on the question.
 * @param {HTMLElement} next
 */
function putInPlace(next) {
  const held = document.activeElement?.closest("#labelling button, #labelling a");
  byId("labelling").replaceWith(next);
  if (held) {
    const same = held.id ? `#${held.id}` : `[data-label="${held.getAttribute("data-label")}"]`;
    const focus = document.querySelector(`#labelling ${same}`) ?? byId("question");
    /** @type {HTMLElement} */ (focus).focus();
  }
  const said = document.getElementById("thanks") ?? document.querySelector(".question p");
  byId("announcement").textContent = said?.textContent ?? "";
}
