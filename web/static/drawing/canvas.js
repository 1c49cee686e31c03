// The canvas: stores a drawing as strokes and paints it at any size, with undo and redo.
// @ts-check

import { erased } from "./eraser.js";
import { drawImage, drawRing, pathOf } from "./paint.js";

/** The canvas is this many units wide and high, whatever the size of the screen. */
export const SIDE = 280;

// The eraser's radius.
const ERASER_RADIUS = 12;
// Points closer together than this would add bytes and not change the shape.
const NEAR = 1;
const LONGEST_HISTORY = 100;

/** @typedef {[x: number, y: number, t_ms: number, pressure: number]} Point */
/** @typedef {Point[]} Stroke */
/** @typedef {"pen" | "eraser"} Tool */

/**
 * One state of the canvas. An answer and its label belong to one drawing, so undo also brings them back.
 * @typedef {object} Drawing
 * @property {Stroke[]} strokes
 * @property {Picture | null} picture
 */

/**
 * A picture in place of strokes: a file, or the 28×28 bitmap of a recorded drawing.
 * @typedef {object} Picture
 * @property {ImageBitmap | null} image null if the browser cannot decode it
 * @property {File | null} file
 */

/** @returns {Drawing} */
const blank = () => ({ strokes: [], picture: null });

/**
 * Fires "drawing" when it shows another drawing, "change" when the strokes of the drawing change, and "lift" when the pen
 * or the eraser is lifted.
 */
export class Canvas extends EventTarget {
  #element;
  #context;
  #startsAfresh;
  /** @type {Drawing[]} */
  #past = [];
  /** @type {Drawing[]} */
  #future = [];
  #drawing = blank();
  /** The pen while it is down: its last point, and whether that is on the canvas. */
  /** @type {{ last: Point, inside: boolean } | null} */
  #pen = null;
  /** @type {{ x: number, y: number, hasErased: boolean } | null} The eraser while it is down, and its position. */
  #eraser = null;
  /** @type {Tool} The tool of the next stroke. */
  #tool = "pen";
  /** @type {{ x: number, y: number } | null} */
  #ring = null;
  #width = 0;
  /** The time, on the page's clock, of the first point of this drawing. */
  #startedAt = Infinity;
  #frame = 0;

  /**
   * @param {HTMLCanvasElement} element
   * @param {(drawing: Drawing) => boolean} startsAfresh whether the next stroke begins a new drawing
   */
  constructor(element, startsAfresh) {
    super();
    this.#element = element;
    this.#context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
    this.#startsAfresh = startsAfresh;
    new ResizeObserver(() => this.#draw()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    // Zoom may change the number of pixels without the size.
    addEventListener("resize", () => this.redraw());
  }

  get drawing() {
    return this.#drawing;
  }

  get isEmpty() {
    return this.#drawing.strokes.length === 0 && !this.#drawing.picture;
  }

  get isPenDown() {
    return this.#pen !== null;
  }

  /** Whether the pen or the eraser is down. */
  get isTouched() {
    return this.#pen !== null || this.#eraser !== null;
  }

  get tool() {
    return this.#tool;
  }

  set tool(tool) {
    this.#tool = tool;
    this.redraw();
  }

  /** The displayed width of strokes. */
  set width(/** @type {number} */ width) {
    this.#width = width;
    this.redraw();
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** The drawing in the format of the api. */
  toJSON() {
    return { strokes: this.#drawing.strokes, width: SIDE, height: SIDE };
  }

  undo() {
    this.lift();
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.lift();
    this.#step(this.#future, this.#past);
  }

  clear() {
    this.lift();
    if (!this.isEmpty) this.place(blank());
  }

  /**
   * Shows another drawing; undo brings the last one back.
   * @param {Drawing} drawing
   */
  place(drawing) {
    this.lift();
    this.#record(drawing);
  }

  /**
   * Removes drawings permanently: undo cannot bring them back.
   * @param {(drawing: Drawing) => boolean} isGone
   */
  discard(isGone) {
    this.#past = this.#past.filter((drawing) => !isGone(drawing));
    this.#future = this.#future.filter((drawing) => !isGone(drawing));
    if (isGone(this.#drawing)) this.#show(blank());
  }

  /**
   * Puts the pen down, or the eraser.
   * @param {number} x
   * @param {number} y
   * @param {number} time
   * @param {number} pressure
   * @param {Tool} [tool]
   */
  begin(x, y, time, pressure, tool = this.#tool) {
    this.lift();
    if (tool === "eraser") {
      this.#eraser = { x, y, hasErased: false };
      return this.#erase(this.#eraser, x, y);
    }
    const base = this.#startsAfresh(this.#drawing) ? blank() : this.#drawing;
    const lastPoint = base.strokes.at(-1)?.at(-1);
    // Time continues over the strokes of a drawing, even if undo or a reload restored it.
    this.#startedAt = lastPoint ? Math.min(this.#startedAt, time - lastPoint[2]) : time;
    const point = this.#point(x, y, time, pressure);
    this.#pen = { last: point, inside: isOnCanvas(point) };
    this.#record({ strokes: [...base.strokes, [clamped(point)]], picture: null });
  }

  /**
   * Moves the pen or the eraser that is down. It draws nothing outside the canvas, where the person would not see it.
   * @param {number} x
   * @param {number} y
   * @param {number} time
   * @param {number} pressure
   */
  extend(x, y, time, pressure) {
    if (this.#eraser) return this.#erase(this.#eraser, x, y);
    const pen = this.#pen;
    if (!pen) return;
    const point = this.#point(x, y, time, pressure);
    const inside = isOnCanvas(point);
    const { strokes } = this.#drawing;
    if (inside && !pen.inside) strokes.push([clamped(pen.last)]);
    if (inside || pen.inside) {
      const stroke = /** @type {Stroke} */ (strokes.at(-1));
      const end = /** @type {Point} */ (stroke.at(-1));
      const reached = clamped(point);
      if (Math.hypot(reached[0] - end[0], reached[1] - end[1]) >= NEAR) {
        stroke.push(reached);
        this.#changed();
      }
    }
    this.#pen = { last: point, inside };
  }

  /** Lifts the pen or the eraser, if one is down. */
  lift() {
    if (!this.isTouched) return;
    this.#pen = this.#eraser = null;
    this.dispatchEvent(new Event("lift"));
  }

  /**
   * Erases along the line to a point. Undo restores everything that one pass of the eraser removes.
   * @param {{ x: number, y: number, hasErased: boolean }} eraser
   * @param {number} x
   * @param {number} y
   */
  #erase(eraser, x, y) {
    // Half the line's width is added, so that everything visible inside the ring is erased.
    const reach = ERASER_RADIUS + this.#width / 2;
    const steps = Math.ceil(Math.hypot(x - eraser.x, y - eraser.y) / (reach / 4)) || 1;
    let { strokes } = this.#drawing;
    for (let step = 1; step <= steps; step++) {
      const along = step / steps;
      const place = { x: eraser.x + (x - eraser.x) * along, y: eraser.y + (y - eraser.y) * along };
      strokes = erased(strokes, place, reach);
    }
    [eraser.x, eraser.y] = [x, y];
    if (strokes === this.#drawing.strokes) return;
    if (eraser.hasErased) {
      this.#drawing.strokes = strokes;
      this.#changed();
    } else {
      eraser.hasErased = true;
      this.#record({ strokes, picture: null });
    }
  }

  /**
   * Shows a ring at the position of the keyboard's pen or of an eraser; null hides it.
   * @param {{ x: number, y: number } | null} ring
   */
  showRing(ring) {
    this.#ring = ring;
    this.redraw();
  }

  /** Paints the drawing again, once before the next frame. */
  redraw() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** @param {Drawing} drawing */
  #record(drawing) {
    this.#past.push(this.#drawing);
    this.#past.splice(0, this.#past.length - LONGEST_HISTORY);
    this.#future = [];
    this.#show(drawing);
  }

  /**
   * @param {Drawing[]} from
   * @param {Drawing[]} to
   */
  #step(from, to) {
    const drawing = from.pop();
    if (!drawing) return;
    to.push(this.#drawing);
    this.#show(drawing);
  }

  /** @param {Drawing} drawing */
  #show(drawing) {
    this.#drawing = drawing;
    this.redraw();
    this.dispatchEvent(new Event("drawing"));
  }

  #changed() {
    this.redraw();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} time
   * @param {number} pressure
   * @returns {Point}
   */
  #point(x, y, time, pressure) {
    return [
      Math.round(x * 10) / 10,
      Math.round(y * 10) / 10,
      Math.max(0, Math.round(time - this.#startedAt)),
      Math.round(pressure * 100) / 100,
    ];
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const element = this.#element;
    const context = this.#context;
    const pixels = Math.round(element.clientWidth * devicePixelRatio);
    // Setting a canvas's size, even to the same one, clears it and allocates its memory again.
    if (element.width !== pixels) element.width = element.height = pixels;
    const { color, outlineColor } = getComputedStyle(element);
    context.setTransform(pixels / SIDE, 0, 0, pixels / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    const picture = this.#drawing.picture;
    if (picture?.image) drawImage(context, picture.image, SIDE, picture.file ? null : color);
    context.strokeStyle = color;
    context.lineWidth = this.#width;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.#drawing.strokes) context.stroke(pathOf(stroke));
    const isEraser = this.#eraser !== null || (this.#tool === "eraser" && !this.#pen);
    const radius = isEraser ? ERASER_RADIUS : this.#width / 2 + 2;
    if (this.#ring) drawRing(context, this.#ring, radius, outlineColor);
  }
}

/** @param {Point} point */
function isOnCanvas([x, y]) {
  return x >= 0 && x <= SIDE && y >= 0 && y <= SIDE;
}

/**
 * @param {Point} point
 * @returns {Point}
 */
function clamped([x, y, time, pressure]) {
  return [Math.min(Math.max(x, 0), SIDE), Math.min(Math.max(y, 0), SIDE), time, pressure];
}
