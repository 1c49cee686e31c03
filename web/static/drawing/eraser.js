// The eraser: removes the parts of strokes that it touches, and keeps the parts on either side.
// @ts-check

/** @typedef {import("./canvas.js").Point} Point */
/** @typedef {import("./canvas.js").Stroke} Stroke */

// Shorter pieces are removed, too, because they look like dots.
const SHORTEST_PIECE = 4;

/**
 * Erases a circle from strokes.
 * @param {Stroke[]} strokes
 * @param {{ x: number, y: number }} place
 * @param {number} reach the circle's radius
 * @returns {Stroke[]} the same array if the circle touches no stroke
 */
export function erased(strokes, place, reach) {
  const left = strokes.flatMap((stroke) => leftOf(stroke, place, reach));
  const isTouched =
    left.length !== strokes.length || left.some((stroke, i) => stroke !== strokes[i]);
  return isTouched ? left : strokes;
}

/**
 * @param {Stroke} stroke
 * @param {{ x: number, y: number }} place
 * @param {number} reach
 * @returns {Stroke[]}
 */
function leftOf(stroke, place, reach) {
  if (stroke.length === 1) {
    const [[x, y]] = stroke;
    return Math.hypot(x - place.x, y - place.y) > reach ? [stroke] : [];
  }
  /** @type {Stroke[]} */
  const pieces = [[stroke[0]]];
  let isTouched = false;
  for (let i = 1; i < stroke.length; i++) {
    const [from, to] = [stroke[i - 1], stroke[i]];
    const cut = within(from, to, place, reach);
    const piece = /** @type {Stroke} */ (pieces.at(-1));
    if (!cut) {
      piece.push(to);
      continue;
    }
    isTouched = true;
    const [enters, leaves] = cut;
    if (enters > 0) piece.push(between(from, to, enters));
    // If this line ends inside the circle, a later line finds the point at which the stroke leaves it.
    pieces.push(leaves < 1 ? [between(from, to, leaves), to] : []);
  }
  return isTouched ? pieces.filter((piece) => lengthOf(piece) >= SHORTEST_PIECE) : [stroke];
}

/**
 * The start and end of a line's part within a circle, as shares of its length; null if the line does not cross it.
 * @param {Point} from
 * @param {Point} to
 * @param {{ x: number, y: number }} centre
 * @param {number} radius
 * @returns {[number, number] | null}
 */
function within([fromX, fromY], [toX, toY], centre, radius) {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const [x, y] = [fromX - centre.x, fromY - centre.y];
  // |(x, y) + share × (dx, dy)| = radius
  const a = dx * dx + dy * dy;
  const b = x * dx + y * dy;
  const root = Math.sqrt(b * b - a * (x * x + y * y - radius * radius));
  const enters = Math.max((-b - root) / a, 0);
  const leaves = Math.min((-b + root) / a, 1);
  // If the line misses the circle, both are NaN, and the comparison is false.
  return enters < leaves ? [enters, leaves] : null;
}

/**
 * @param {Point} from
 * @param {Point} to
 * @param {number} share
 */
function between(from, to, share) {
  const point = from.map((start, i) => start + (to[i] - start) * share);
  const [x, y, time, pressure] = point;
  const round = (/** @type {number} */ value, /** @type {number} */ parts) =>
    Math.round(value * parts) / parts;
  return /** @type {Point} */ ([
    round(x, 10),
    round(y, 10),
    Math.round(time),
    round(pressure, 100),
  ]);
}

/** @param {Stroke} stroke */
function lengthOf(stroke) {
  let length = 0;
  for (let i = 1; i < stroke.length; i++) {
    length += Math.hypot(stroke[i][0] - stroke[i - 1][0], stroke[i][1] - stroke[i - 1][1]);
  }
  return length;
}
