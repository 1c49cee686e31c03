// The races of live answers: one request at a time, then the newest drawing, and no late answer replaces a newer one.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { LiveAnswers } from "../static/answer/live-answers.js";

/** The requests that the api has not answered yet, and how many there were. */
let pending = [];
let requests = 0;
let drawing = "";
let shown = [];
let problems = [];
let live;

// Requests ignore that they are aborted: even then, a late answer must not be shown.
globalThis.fetch = (_, { body }) =>
  new Promise((resolve) => {
    requests += 1;
    pending.push({ drawing: body, resolve });
  });
globalThis.addEventListener ??= () => {};
globalThis.removeEventListener ??= () => {};

/** Runs all tasks that wait for neither a timer nor a request. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function draw(newest) {
  drawing = newest;
  live.request();
  await settled();
}

/** Answers a request, the first one by default. */
async function answer(request = pending[0]) {
  pending = pending.filter((other) => other !== request);
  request.resolve(Response.json({ verdict: "digit", of: request.drawing }));
  await settled();
  await settled();
}

async function fail(code, headers = {}) {
  const request = pending.shift();
  const type = { "Content-Type": "application/problem+json" };
  const body = JSON.stringify({ code });
  request.resolve(new Response(body, { status: 503, headers: { ...type, ...headers } }));
  await settled();
  await settled();
}

async function pass(ms) {
  mock.timers.tick(ms);
  await settled();
}

const requested = () => pending.map((request) => request.drawing);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  pending = [];
  requests = 0;
  shown = [];
  problems = [];
  live = new LiveAnswers({
    drawing: () => drawing,
    onRequest: () => {},
    onAnswer: (given) => shown.push(given.of),
    onProblem: ({ code }) => problems.push(code),
  });
});

test("there is one request at a time", async () => {
  for (const newest of ["1", "12", "123", "1234"]) {
    await draw(newest);
    await pass(1000);
  }
  assert.deepEqual(requested(), ["1"]);
  live.requestNow();
  await settled();
  assert.equal(requests, 1, "lifting the pen sends no second request");
});

test("the newest drawing is requested next, and the drawings before it are skipped", async () => {
  await draw("1");
  await draw("12");
  await draw("123");
  await answer();
  await pass(79);
  assert.deepEqual(requested(), [], "there is a pause");
  await pass(1);
  assert.deepEqual(requested(), ["123"]);
  await answer();
  await pass(1000);
  assert.deepEqual(shown, ["1", "123"]);
  assert.equal(requests, 2);
});

test("the request after a pause has the drawing that grew during the pause", async () => {
  await draw("1");
  await answer();
  await draw("12");
  await draw("123");
  assert.deepEqual(requested(), []);
  await pass(80);
  assert.deepEqual(requested(), ["123"]);
});

test("a late answer never replaces a newer one", async () => {
  await draw("old");
  const [late] = pending;
  live.stop();
  await draw("new");
  assert.deepEqual(requested(), ["old", "new"]);
  await answer(pending[1]);
  assert.deepEqual(shown, ["new"]);
  await answer(late);
  assert.deepEqual(shown, ["new"]);
  // It does not replace the remembered answer to the newer drawing either.
  await pass(80);
  await draw("new");
  assert.deepEqual(shown, ["new", "new"]);
  assert.equal(requests, 2);
});

test("an answer or a problem that comes after stop is not shown", async () => {
  await draw("old");
  live.stop();
  await answer();
  await draw("other");
  live.stop();
  await fail("model_unavailable");
  await pass(10_000);
  assert.deepEqual([shown, problems, requests], [[], [], 2]);
});

test("lifting the pen ends the pause", async () => {
  await draw("1");
  await answer();
  drawing = "12";
  live.requestNow();
  await settled();
  assert.deepEqual(requested(), ["12"]);
});

test("an unchanged drawing is not requested twice", async () => {
  await draw("1");
  await answer();
  await pass(80);
  live.requestNow();
  await settled();
  assert.equal(requests, 1);
  assert.deepEqual(shown, ["1", "1"]);
});

test("after a temporary problem, the newest drawing is requested when Retry-After has passed", async () => {
  await draw("1");
  await fail("model_unavailable", { "Retry-After": "2" });
  assert.deepEqual(problems, ["model_unavailable"]);
  drawing = "12";
  live.requestNow();
  await pass(1999);
  assert.deepEqual(requested(), []);
  await pass(1);
  assert.deepEqual(requested(), ["12"]);
  await answer();
  assert.deepEqual(shown, ["12"]);
});
