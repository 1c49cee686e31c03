// The eraser's geometry: the parts of strokes that it keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { erased } from "../static/drawing/eraser.js";

const PLACE = { x: 140, y: 140 };
const REACH = 20;
// Coordinates are rounded to a tenth.
const ROUNDING = 0.08;
// The eraser drops shorter pieces.
const SHORTEST_PIECE = 4;

const distance = ([x, y]) => Math.hypot(x - PLACE.x, y - PLACE.y);

/** Points from 0 to 1, the same ones for the same seed (mulberry32). */
function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A stroke that wanders over the canvas and through the eraser, in long steps and short ones. */
function wandering(random) {
  let [x, y, time] = [100 + 80 * random(), 100 + 80 * random(), 0];
  const step = 2 + 60 * random() ** 2;
  return Array.from({ length: 2 + Math.floor(30 * random()) }, () => {
    x = Math.round(10 * Math.min(Math.max(x + step * (random() - 0.5), 0), 280)) / 10;
    y = Math.round(10 * Math.min(Math.max(y + step * (random() - 0.5), 0), 280)) / 10;
    time += 1 + Math.floor(20 * random());
    return [x, y, time, 0.5];
  });
}

/** Many points along a stroke, each with its distance along it. */
function dense(stroke) {
  const points = [{ point: stroke[0], along: 0 }];
  let along = 0;
  for (let i = 1; i < stroke.length; i++) {
    const [[fromX, fromY], [toX, toY]] = [stroke[i - 1], stroke[i]];
    const length = Math.hypot(toX - fromX, toY - fromY);
    const parts = Math.max(1, Math.ceil(length / 0.05));
    for (let part = 1; part <= parts; part++) {
      const share = part / parts;
      const point = [fromX + share * (toX - fromX), fromY + share * (toY - fromY)];
      points.push({ point, along: along + share * length });
    }
    along += length;
  }
  return points;
}

/** The parts of a stroke outside the eraser that are long enough to be kept, as distances along the stroke. */
function keptParts(stroke) {
  const parts = [];
  let part = null;
  for (const { point, along } of dense(stroke)) {
    if (distance(point) <= REACH) part = null;
    else if (part) part.to = along;
    else parts.push((part = { from: along, to: along }));
  }
  return parts.filter(({ from, to }) => to - from > SHORTEST_PIECE + 1);
}

function eachWanderingStroke(check) {
  let touched = 0;
  for (let seed = 1; seed <= 500; seed++) {
    const stroke = wandering(randomNumbers(seed));
    const left = erased([stroke], PLACE, REACH);
    if (left[0] !== stroke) touched++;
    check(stroke, left, `seed ${seed}`);
  }
  assert.ok(touched > 100, `the eraser touched only ${touched} strokes`);
}

test("a line that crosses the eraser between two samples is cut at its edge", () => {
  const stroke = [
    [40, 140, 0, 0.2],
    [240, 140, 1000, 0.6],
  ];
  assert.deepEqual(erased([stroke], PLACE, REACH), [
    [
      [40, 140, 0, 0.2],
      [120, 140, 400, 0.36],
    ],
    [
      [160, 140, 600, 0.44],
      [240, 140, 1000, 0.6],
    ],
  ]);
});

test("a line that ends inside the eraser keeps what is outside", () => {
  const outwards = [
    [140, 140, 0, 0.5],
    [140, 145, 10, 0.5],
    [140, 200, 120, 0.5],
  ];
  const [piece, ...others] = erased([outwards], PLACE, REACH);
  assert.deepEqual(others, []);
  assert.deepEqual(piece, [
    [140, 160, 40, 0.5],
    [140, 200, 120, 0.5],
  ]);
  assert.deepEqual(erased([outwards.toReversed()], PLACE, REACH), [piece.toReversed()]);
});

test("strokes that the eraser does not touch stay the same objects", () => {
  const outside = [
    [40, 40, 0, 0.5],
    [240, 40, 10, 0.5],
  ];
  // This stroke points at the eraser, but ends before it.
  const before = [
    [40, 140, 0, 0.5],
    [110, 140, 10, 0.5],
  ];
  const through = [
    [140, 40, 0, 0.5],
    [140, 240, 10, 0.5],
  ];
  const strokes = [outside, before];
  assert.equal(erased(strokes, PLACE, REACH), strokes);
  const left = erased([outside, through, before], PLACE, REACH);
  assert.equal(left.length, 4);
  assert.equal(left[0], outside);
  assert.equal(left[3], before);
});

test("a dot is removed when the eraser covers it, and stays otherwise", () => {
  const covered = [[150, 140, 0, 0.5]];
  const outside = [[161, 140, 0, 0.5]];
  assert.deepEqual(erased([covered, outside], PLACE, REACH), [outside]);
});

test("no point outside the eraser is lost, except in pieces that are too short to see", () => {
  eachWanderingStroke((stroke, left, seed) => {
    const kept = keptParts(stroke);
    let along = 0;
    stroke.forEach((point, i) => {
      if (i > 0) along += Math.hypot(point[0] - stroke[i - 1][0], point[1] - stroke[i - 1][1]);
      if (!kept.some(({ from, to }) => from <= along && along <= to)) return;
      assert.ok(left.flat().includes(point), `${seed}: ${point} is lost`);
    });
  });
});

test("nothing is left inside the eraser", () => {
  eachWanderingStroke((_, left, seed) => {
    for (const { point } of left.flatMap(dense)) {
      assert.ok(distance(point) >= REACH - ROUNDING, `${seed}: ${point} is left`);
    }
  });
});

test("pieces keep the order of the stroke, and its points keep theirs", () => {
  eachWanderingStroke((stroke, left, seed) => {
    const times = left.flat().map(([, , time]) => time);
    const inOrder = times.toSorted((a, b) => a - b);
    assert.deepEqual(times, inOrder, seed);
    const samples = left.flat().filter((point) => stroke.includes(point));
    const places = samples.map((point) => stroke.indexOf(point));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), seed);
    assert.ok(left.every((piece) => piece.length > 1), `${seed}: a piece has both its ends`);
  });
});
