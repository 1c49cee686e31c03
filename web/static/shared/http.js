// The client of the api. Every function returns the response or throws a Problem.
// @ts-check

import { forget, deletionTokenOf } from "./deletion-tokens.js";

/**
 * The answer to a drawing.
 * @typedef {object} Answer
 * @property {string} [id] of the recorded prediction
 * @property {number} prediction the most probable digit
 * @property {number} confidence its probability
 * @property {number[]} probabilities one for each digit, 0 to 9
 * @property {"digit" | "not_a_digit"} verdict
 * @property {Reason} [reason] why it is not a digit
 * @property {string} model the version that answered
 * @property {boolean} saved
 * @property {string} [deletion_token] deletes the drawing; no other response contains it
 * @property {number[]} [bitmap] the preprocessed drawing, 28×28, row by row; 1 is foreground
 */

/**
 * An answer and its explanation: the attribution of each pixel, above 0 if its foreground is evidence for the prediction.
 * @typedef {Answer & { bitmap: number[], attribution: number[] }} Explanation
 */

/**
 * The number of correct predictions, and of all, between two confidences.
 * @typedef {{ from: number, to: number, correct: { count: number, total: number } }} ObservedAccuracy
 */

/** @typedef {"too_small" | "several_digits" | "unlike_a_digit"} Reason */
/** @typedef {number | "not_a_digit" | "unsure"} TrueLabel */

const ANSWER_WITHIN_MS = 10_000;
// A photo may take long over a slow mobile network.
const UPLOAD_WITHIN_MS = 60_000;

/** A failed request. `code` is the api's, or "unreachable" without a response, or "unavailable" from a proxy. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {number} [retryAfterMs]
   */
  constructor(code, retryAfterMs = 0) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the problem is temporary, so that the same request may succeed later. */
  get passes() {
    return [
      "unreachable",
      "model_unavailable",
      "database_unavailable",
      "overloaded",
      "rate_limited",
      "unavailable",
    ].includes(this.code);
  }
}

/**
 * Requests the answer to a drawing without a record.
 * @param {string} drawing strokes as JSON
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function preview(drawing, signal) {
  const url = "/predict?preview=true&include=bitmap";
  return (await send(url, json("POST", drawing), ANSWER_WITHIN_MS, signal)).json();
}

/**
 * Submits a drawing or a picture, which the api recognises and records.
 * @param {string | File} subject strokes as JSON, or an image file
 * @param {string} idempotencyKey a random UUID, the same for each retry
 * @param {boolean} mayTrain whether the drawing may train a model
 * @returns {Promise<Answer>}
 */
export async function predict(subject, idempotencyKey, mayTrain) {
  const source = typeof subject === "string" ? "canvas" : "upload";
  const headers = { "Idempotency-Key": `"${idempotencyKey}"` };
  return post(`/predict?source=${source}&include=bitmap&may_train=${mayTrain}`, subject, { headers });
}

/**
 * Requests the explanation of the answer to a drawing or a picture.
 * @param {string | File} subject
 * @param {AbortSignal} signal
 * @returns {Promise<Explanation>}
 */
export async function explain(subject, signal) {
  return post("/explain", subject, { signal });
}

/**
 * Requests the explanation of a recorded drawing.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Explanation>}
 */
export async function explanationOf(id, signal) {
  return (await send(`/api/v1/predictions/${id}/attribution`, {}, ANSWER_WITHIN_MS, signal)).json();
}

/**
 * Requests the share of correct predictions at this confidence.
 * @param {Answer} answer
 * @param {AbortSignal} signal
 * @returns {Promise<ObservedAccuracy>}
 */
export async function observedAccuracyOf({ confidence, model }, signal) {
  const query = new URLSearchParams({ confidence: String(confidence), model });
  return (await send(`/api/v1/calibration?${query}`, {}, ANSWER_WITHIN_MS, signal)).json();
}

/**
 * @param {string} url
 * @param {string | File} subject
 * @param {{ headers?: Record<string, string>, signal?: AbortSignal }} options
 */
async function post(url, subject, { headers, signal }) {
  const [request, withinMs] =
    typeof subject === "string"
      ? [json("POST", subject), ANSWER_WITHIN_MS]
      : [form(subject), UPLOAD_WITHIN_MS];
  const allHeaders = { ...request.headers, ...headers };
  return (await send(url, { ...request, headers: allHeaders }, withinMs, signal)).json();
}

/**
 * @param {File} file
 * @returns {RequestInit}
 */
function form(file) {
  const body = new FormData();
  body.append("file", file);
  return { method: "POST", body };
}

/**
 * @param {string} name of a label in a form
 * @returns {TrueLabel}
 */
export function labelOf(name) {
  return name === "not_a_digit" || name === "unsure" ? name : Number(name);
}

/**
 * Labels a recorded drawing; null withdraws its label.
 * @param {string} id
 * @param {TrueLabel | null} trueLabel
 */
export async function putLabel(id, trueLabel) {
  const body = JSON.stringify({ true_label: trueLabel });
  const request = trueLabel === null ? { method: "DELETE" } : json("PUT", body);
  await send(`/api/v1/predictions/${encodeURIComponent(id)}/label`, request);
}

/**
 * Deletes a recorded drawing that this browser submitted.
 * @param {string} id
 */
export async function remove(id) {
  const headers = { "Deletion-Token": deletionTokenOf(id) ?? "" };
  try {
    await send(`/api/v1/predictions/${encodeURIComponent(id)}`, { method: "DELETE", headers });
  } catch (error) {
    // The drawing has already been deleted.
    if (!(error instanceof Problem && error.code === "not_found")) throw error;
  }
  forget(id);
}

/**
 * Fetches a page, or a part of one, that the api rendered.
 * @param {string} url
 * @param {RequestInit} [request]
 * @returns {Promise<Document>}
 */
export async function fetchPage(url, request) {
  const headers = { Accept: "text/html, application/problem+json" };
  const page = await (await send(url, { headers, ...request })).text();
  return new DOMParser().parseFromString(page, "text/html");
}

/**
 * Fetches the bitmap of a recorded drawing as a PNG.
 * @param {string} id
 */
export async function fetchBitmap(id) {
  return (await send(`/api/v1/predictions/${id}/bitmap.png`, {})).blob();
}

/**
 * Fetches the stored strokes of a drawing.
 * @param {string} id
 * @returns {Promise<{ strokes: number[][][] }>}
 */
export async function fetchDrawing(id) {
  return (await send(`/api/v1/predictions/${id}/input`, {})).json();
}

/**
 * @param {string} method
 * @param {string} body
 * @returns {RequestInit}
 */
function json(method, body) {
  return { method, body, headers: { "Content-Type": "application/json" } };
}

/**
 * @param {string} url
 * @param {RequestInit} request
 * @param {number} [withinMs]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} with its whole body
 */
async function send(url, request, withinMs = ANSWER_WITHIN_MS, signal) {
  const late = AbortSignal.timeout(withinMs);
  let response;
  let body;
  try {
    response = await fetch(url, {
      ...request,
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    // The connection may also break while the body arrives.
    body = await response.blob();
  } catch (error) {
    // An abort by the caller is not a problem.
    if (signal?.aborted) throw error;
    throw new Problem("unreachable");
  }
  if (!response.ok) throw problemOf(response, await body.text());
  // A response with status 204 must not have a body, not even an empty one.
  return new Response(response.status === 204 ? null : body, response);
}

/**
 * @param {Response} response
 * @param {string} body
 */
function problemOf(response, body) {
  const retryAfterMs = 1000 * (Number(response.headers.get("Retry-After")) || 0);
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return new Problem(JSON.parse(body).code, retryAfterMs);
  }
  // The response comes from a proxy in front of the api, which sends no problem document.
  return new Problem(response.status >= 500 ? "unavailable" : "refused", retryAfterMs);
}
