// The answer panel: the digit and its confidence or the reason why it is not a digit, ten bars, and the bitmap.
// @ts-check

import { labelOf } from "../shared/http.js";
import { byId } from "../shared/page.js";
import { percent, messages } from "../shared/messages.js";

/** @typedef {import("../shared/http.js").Answer} Answer */
/** @typedef {import("../shared/http.js").Reason} Reason */
/** @typedef {import("../shared/http.js").TrueLabel} TrueLabel */
/** @typedef {import("../home/submissions.js").Entry} Entry */
/** @typedef {"empty" | "drawing" | "live" | "recorded" | "labelled"} State */

// A faster answer needs no indicator of progress.
const BUSY_AFTER_MS = 150;
const SEEN_SIDE = 28;

const root = byId("answer");
const numeral = byId("numeral");
const confidenceLabel = byId("confidence-label");
const percentage = byId("percent");
const why = byId("why");
const nearest = byId("nearest");
const model = byId("model");
const bars = [...byId("bars").querySelectorAll("li")];
const seenCanvas = byId("seen-live", HTMLCanvasElement);
const seenImage = byId("seen-recorded", HTMLImageElement);

let busyTimer = 0;

/** @returns {State} */
export function shownState() {
  return /** @type {State} */ (root.dataset.state);
}

/**
 * @param {State} state
 * @param {Answer | null} answer
 */
export function showAnswer(state, answer) {
  root.dataset.state = state;
  root.dataset.verdict = answer?.verdict ?? "";
  setBusy(false);
  numeral.textContent = answer ? numeralOf(answer) : "?";
  const isDigit = answer?.verdict === "digit";
  confidenceLabel.textContent = isDigit ? confidenceLabelOf(answer) : "";
  percentage.textContent = isDigit ? percent(answer.confidence) : "";
  why.textContent = answer ? whyOf(answer) : "";
  nearest.textContent = String(answer?.prediction ?? "");
  model.textContent = answer?.model ?? "";
  bars.forEach((bar, digit) => showBar(bar, answer ? answer.probabilities[digit] : null));
  bars.forEach((bar, digit) => bar.classList.toggle("top", digit === answer?.prediction));
  showSeen(answer);
}

/**
 * Shows or hides the indicator of progress; shows it only after a short time.
 * @param {boolean} isBusy
 */
export function setBusy(isBusy) {
  clearTimeout(busyTimer);
  root.toggleAttribute("data-busy", false);
  if (isBusy) busyTimer = setTimeout(() => root.toggleAttribute("data-busy", true), BUSY_AFTER_MS);
}

/**
 * The text of an answer for screen readers: "7, almost certainly, 99.7 %."
 * @param {Answer} answer
 */
export function spoken(answer) {
  if (answer.verdict === "not_a_digit") return `${numeralOf(answer)}. ${whyOf(answer)}`;
  return `${answer.prediction}, ${confidenceLabelOf(answer)}, ${percent(answer.confidence)}.`;
}

/**
 * Reads the recorded answer that the server rendered into a page.
 * @param {ParentNode} page
 * @returns {Entry | null}
 */
export function readEntry(page) {
  /** @type {HTMLElement | null} */
  const panel = page.querySelector("#answer");
  if (!panel?.dataset.id) return null;
  const { id, prediction, verdict, reason, trueLabel } = panel.dataset;
  const probabilities = [...panel.querySelectorAll("#bars li")].map((bar) =>
    Number(bar.getAttribute("data-probability")),
  );
  return {
    answer: {
      id,
      prediction: Number(prediction),
      confidence: Math.max(...probabilities),
      probabilities,
      verdict: verdict === "digit" ? "digit" : "not_a_digit",
      reason: reason ? /** @type {Reason} */ (reason) : undefined,
      model: panel.querySelector("#model")?.textContent ?? "",
      saved: true,
    },
    trueLabel: trueLabel ? labelOf(trueLabel) : null,
  };
}

/** @param {Answer} answer */
function numeralOf({ verdict, prediction }) {
  return verdict === "digit" ? String(prediction) : messages.not_a_digit;
}

/** @param {Answer} answer */
function confidenceLabelOf({ confidence }) {
  return messages.confidence_label.find(([atLeast]) => confidence >= atLeast)?.[1] ?? "";
}

/** @param {Answer} answer */
function whyOf({ reason }) {
  return reason ? messages.reasons[reason] : "";
}

/**
 * @param {HTMLElement} bar
 * @param {number | null} probability
 */
function showBar(bar, probability) {
  bar.querySelector("rect")?.setAttribute("transform", `scale(${probability ?? 0} 1)`);
  const figure = bar.querySelector(".figure");
  if (figure) figure.textContent = probability === null ? "" : percent(probability);
}

/** @param {Answer | null} answer */
function showSeen(answer) {
  const bitmap = answer?.bitmap;
  const recorded = bitmap ? undefined : answer?.id;
  seenCanvas.hidden = !bitmap;
  seenImage.hidden = !recorded;
  if (recorded) seenImage.src = `/api/v1/predictions/${recorded}/bitmap.png`;
  if (!bitmap) return;
  const pixels = new ImageData(SEEN_SIDE, SEEN_SIDE);
  bitmap.forEach((level, i) => (pixels.data[4 * i + 3] = Math.round(255 * level)));
  seenCanvas.getContext("2d")?.putImageData(pixels, 0, 0);
}
