// Replays strokes at the speed at which they were drawn.
// @ts-check

import { fetchDrawing } from "../shared/http.js";

// The interval of points without times, and the longest pause.
const STEP_MS = 12;
const LONGEST_PAUSE_MS = 400;

/** @typedef {{ x: number, y: number, at: number }} Moment a point, and its time in milliseconds */

/** @type {WeakMap<SVGSVGElement, number>} */
const playing = new WeakMap();

/**
 * @param {SVGSVGElement} svg the strokes, each a polyline
 * @param {string} id of the drawing
 */
export async function replay(svg, id) {
  const strokes = timed((await fetchDrawing(id)).strokes);
  // A second press ends the first replay.
  cancelAnimationFrame(playing.get(svg) ?? 0);
  const lines = [...svg.querySelectorAll("polyline")];
  const end = Math.max(...strokes.flat().map(({ at }) => at));
  // With reduced motion, whole strokes appear one after the other.
  const isStepped = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const start = performance.now();
  /** @param {number} now */
  const draw = (now) => {
    for (const [index, stroke] of strokes.entries()) {
      const drawn = stroke.filter(({ at }) => at <= now - start);
      const isShown = drawn.length > 0 && (!isStepped || drawn.length === stroke.length);
      lines[index]?.setAttribute("points", isShown ? points(drawn) : "");
    }
    if (now - start <= end) playing.set(svg, requestAnimationFrame(draw));
  };
  draw(start);
}

/** @param {Moment[]} moments */
function points(moments) {
  // A line needs two points; a single point becomes a dot with the line's round caps.
  const line = moments.length === 1 ? [...moments, ...moments] : moments;
  return line.map(({ x, y }) => `${x},${y}`).join(" ");
}

/**
 * The points of strokes with their times, in milliseconds from the first one.
 * @param {number[][][]} strokes points with x, y and perhaps a time
 * @returns {Moment[][]}
 */
function timed(strokes) {
  let at = 0;
  /** @type {number | undefined} */
  let last;
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  return drawn.map((stroke) =>
    stroke.map(([x, y, time]) => {
      const pause = last === undefined || !(time >= last) ? STEP_MS : time - last;
      at += Math.min(pause, LONGEST_PAUSE_MS);
      last = time;
      return { x, y, at };
    }),
  );
}
