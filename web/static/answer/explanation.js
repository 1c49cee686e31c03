// Explains an answer on demand: a 28×28 attribution map, whose colours show the parts of the drawing that support or
// oppose the answer, and a sentence for each colour.
// @ts-check

import { Problem } from "../shared/http.js";
import { announce } from "../shared/notice.js";
import { byId } from "../shared/page.js";
import { format, messages } from "../shared/messages.js";

/** @typedef {import("../shared/http.js").Explanation} Explanation */

const SIDE = 28;
// The side of a bitmap's pixel in the map, in pixels.
const SCALE = 9;
// The margin around the digit in the bitmap, in pixels.
const MARGIN = 4;
// In nats. If no attribution exceeds this, the colours of the map stay pale.
const LEAST_SCALE = 1;
// Smaller shares of the largest attribution get no colour.
const FAINT = 0.08;

const button = byId("explain", HTMLButtonElement);
const figure = byId("attribution");
const picture = byId("attribution-picture", HTMLCanvasElement);
const lines = { for: byId("attribution-for"), against: byId("attribution-against") };

/** @type {Explanation | null} */
let shown = null;
let request = new AbortController();

/**
 * @param {object} page
 * @param {(signal: AbortSignal) => Promise<Explanation>} page.fetchExplanation
 * @param {() => string} page.model the version that gave the answer
 * @param {() => void} page.onStart
 * @param {(problem: Problem) => void} page.onProblem
 */
export function explainOnDemand(page) {
  button.addEventListener("click", async () => {
    if (isRequested()) return hideExplanation();
    page.onStart();
    button.setAttribute("aria-pressed", "true");
    request = new AbortController();
    const { signal } = request;
    try {
      const explanation = await page.fetchExplanation(signal);
      if (!signal.aborted) show(explanation, page.model());
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      hideExplanation();
      page.onProblem(error);
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (shown) paint(shown);
  });
}

/** Hides the explanation and aborts its request. */
export function hideExplanation() {
  request.abort();
  shown = null;
  figure.hidden = true;
  button.setAttribute("aria-pressed", "false");
}

function isRequested() {
  return button.getAttribute("aria-pressed") === "true";
}

/**
 * @param {Explanation} explanation
 * @param {string} model the version that gave the answer
 */
function show(explanation, model) {
  shown = explanation;
  const { attribution, prediction } = explanation;
  byId("attribution-digit").textContent = String(prediction);
  lines.for.textContent = describe(attribution, messages.speaks_for, messages.nothing_for);
  lines.against.textContent = describe(
    attribution.map((nats) => -nats),
    messages.speaks_against,
    messages.nothing_against,
  );
  const isAnother = explanation.model !== model;
  byId("attribution-model").textContent = isAnother ? format(messages.computed_now, { model: explanation.model }) : "";
  figure.hidden = false;
  paint(explanation);
  announce(`${lines.for.textContent} ${lines.against.textContent}`);
}

/**
 * A sentence about the region with the largest sum of weights.
 * @param {number[]} weights of which only positive ones count
 * @param {import("../shared/messages.js").Message} most
 * @param {string} nothing
 */
function describe(weights, most, nothing) {
  const sums = new Array(messages.regions.length).fill(0);
  const least = FAINT * scaleOf(weights);
  weights.forEach((weight, i) => {
    if (weight > least) sums[3 * third(Math.floor(i / SIDE)) + third(i % SIDE)] += weight;
  });
  const largest = Math.max(...sums);
  return largest > 0 ? format(most, { region: messages.regions[sums.indexOf(largest)] }) : nothing;
}

/** @param {number} position in a row or a column of the bitmap */
function third(position) {
  const share = (position - MARGIN) / (SIDE - 2 * MARGIN);
  return Math.min(Math.max(Math.floor(3 * share), 0), 2);
}

/** @param {number[]} attribution */
function scaleOf(attribution) {
  return Math.max(LEAST_SCALE, ...attribution.map(Math.abs));
}

/** @param {Explanation} explanation */
function paint({ bitmap, attribution }) {
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  const foreground = getComputedStyle(picture).color;
  const colours = {
    for: getComputedStyle(lines.for).outlineColor,
    against: getComputedStyle(lines.against).outlineColor,
  };
  const scale = scaleOf(attribution);
  context.clearRect(0, 0, picture.width, picture.height);
  attribution.forEach((nats, i) => {
    const [x, y] = [SCALE * (i % SIDE), SCALE * Math.floor(i / SIDE)];
    context.globalAlpha = 0.25 * bitmap[i];
    context.fillStyle = foreground;
    context.fillRect(x, y, SCALE, SCALE);
    const strength = Math.abs(nats) / scale;
    if (strength < FAINT) return;
    context.globalAlpha = strength;
    context.fillStyle = nats > 0 ? colours.for : colours.against;
    context.fillRect(x, y, SCALE, SCALE);
    if (nats < 0) hatch(context, x, y);
  });
}

/**
 * Hatches a square, for people who cannot distinguish the colours.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 */
function hatch(context, x, y) {
  context.globalAlpha = 1;
  context.globalCompositeOperation = "destination-out";
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y + SCALE);
  context.lineTo(x + SCALE, y);
  context.stroke();
  context.globalCompositeOperation = "source-over";
}
