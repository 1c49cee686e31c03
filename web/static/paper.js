// The sheet of paper: strokes kept as data and drawn at any size, with undo and redo.
// @ts-check

import { erased } from "./eraser.js";
import { drawImage, drawRing, pathOf } from "./paint.js";

/** Sheets are this many units wide and high, whatever the size of the screen. */
export const SIDE = 280;

// The eraser's radius.
const ERASER = 12;
// Points closer than this add bytes and no shape.
const NEAR = 1;
const LONGEST_HISTORY = 100;

/** @typedef {[x: number, y: number, t_ms: number, pressure: number]} Point */
/** @typedef {Point[]} Stroke */
/** @typedef {"pen" | "eraser"} Tool */

/**
 * One state of the paper. Undo goes from sheet to sheet, so whatever is known of a drawing (its
 * answer, its label) hangs on its sheet and comes back with it.
 * @typedef {object} Sheet
 * @property {Stroke[]} strokes
 * @property {Picture | null} picture
 */

/**
 * A picture in place of strokes: a file, or the 28×28 of one that the record kept.
 * @typedef {object} Picture
 * @property {ImageBitmap | null} image null where the browser cannot show what the api may read
 * @property {File | null} file
 */

/** @returns {Sheet} */
const blank = () => ({ strokes: [], picture: null });

/**
 * Fires "sheet" when another sheet is in front, "ink" when the one in front has changed, and "lift"
 * when the pen or the eraser leaves it.
 */
export class Paper extends EventTarget {
  #canvas;
  #context;
  #startsAfresh;
  /** @type {Sheet[]} */
  #past = [];
  /** @type {Sheet[]} */
  #future = [];
  #sheet = blank();
  /** The stroke in hand: where the pen was, and whether that was on the sheet. */
  /** @type {{ last: Point, inside: boolean } | null} */
  #hand = null;
  /** @type {{ x: number, y: number, hasErased: boolean } | null} The eraser that rubs, and where. */
  #rubber = null;
  /** @type {Tool} What the next stroke is made with. */
  #tool = "pen";
  /** @type {{ x: number, y: number } | null} */
  #nib = null;
  #width = 0;
  /** The time, on the page's clock, of the first point of this drawing. */
  #startedAt = Infinity;
  #frame = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(sheet: Sheet) => boolean} startsAfresh whether the next stroke begins a new drawing
   */
  constructor(canvas, startsAfresh) {
    super();
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.#startsAfresh = startsAfresh;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    // Zoom may leave the sheet its size and make it of other pixels.
    addEventListener("resize", () => this.redraw());
  }

  get sheet() {
    return this.#sheet;
  }

  get isEmpty() {
    return this.#sheet.strokes.length === 0 && !this.#sheet.picture;
  }

  get isDrawing() {
    return this.#hand !== null;
  }

  /** Whether something is in hand and touches the sheet. */
  get isTouched() {
    return this.#hand !== null || this.#rubber !== null;
  }

  get tool() {
    return this.#tool;
  }

  set tool(tool) {
    this.#tool = tool;
    this.redraw();
  }

  /** How wide strokes are shown, at every speed. */
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

  /** The drawing as the api takes it. */
  toJSON() {
    return { strokes: this.#sheet.strokes, width: SIDE, height: SIDE };
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
   * Puts another sheet in front; undo brings the last one back.
   * @param {Sheet} sheet
   */
  place(sheet) {
    this.lift();
    this.#turnTo(sheet);
  }

  /**
   * Forgets sheets for good: not even undo brings them back.
   * @param {(sheet: Sheet) => boolean} isGone
   */
  discard(isGone) {
    this.#past = this.#past.filter((sheet) => !isGone(sheet));
    this.#future = this.#future.filter((sheet) => !isGone(sheet));
    if (isGone(this.#sheet)) this.#front(blank());
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
      this.#rubber = { x, y, hasErased: false };
      return this.#rub(this.#rubber, x, y);
    }
    const base = this.#startsAfresh(this.#sheet) ? blank() : this.#sheet;
    const lastPoint = base.strokes.at(-1)?.at(-1);
    // Time runs on over the strokes of one drawing, also over one that undo or a reload brought back.
    this.#startedAt = lastPoint ? Math.min(this.#startedAt, time - lastPoint[2]) : time;
    const point = this.#point(x, y, time, pressure);
    this.#hand = { last: point, inside: isOnSheet(point) };
    this.#turnTo({ strokes: [...base.strokes, [onSheet(point)]], picture: null });
  }

  /**
   * Moves the pen or the eraser that is down. Off the sheet there is no ink: what nobody sees must not count.
   * @param {number} x
   * @param {number} y
   * @param {number} time
   * @param {number} pressure
   */
  extend(x, y, time, pressure) {
    if (this.#rubber) return this.#rub(this.#rubber, x, y);
    const hand = this.#hand;
    if (!hand) return;
    const point = this.#point(x, y, time, pressure);
    const inside = isOnSheet(point);
    const { strokes } = this.#sheet;
    if (inside && !hand.inside) strokes.push([onSheet(hand.last)]);
    if (inside || hand.inside) {
      const stroke = /** @type {Stroke} */ (strokes.at(-1));
      const end = /** @type {Point} */ (stroke.at(-1));
      const reached = onSheet(point);
      if (Math.hypot(reached[0] - end[0], reached[1] - end[1]) >= NEAR) {
        stroke.push(reached);
        this.#changed();
      }
    }
    this.#hand = { last: point, inside };
  }

  /** Lifts what is down, if anything is. */
  lift() {
    if (!this.isTouched) return;
    this.#hand = this.#rubber = null;
    this.dispatchEvent(new Event("lift"));
  }

  /**
   * Erases on the way to a place. All that one pass takes away is one step to undo.
   * @param {{ x: number, y: number, hasErased: boolean }} rubber
   * @param {number} x
   * @param {number} y
   */
  #rub(rubber, x, y) {
    // The line's own half comes on top: what is seen within the ring goes.
    const reach = ERASER + this.#width / 2;
    const steps = Math.ceil(Math.hypot(x - rubber.x, y - rubber.y) / (reach / 4)) || 1;
    let { strokes } = this.#sheet;
    for (let step = 1; step <= steps; step++) {
      const along = step / steps;
      const place = { x: rubber.x + (x - rubber.x) * along, y: rubber.y + (y - rubber.y) * along };
      strokes = erased(strokes, place, reach);
    }
    [rubber.x, rubber.y] = [x, y];
    if (strokes === this.#sheet.strokes) return;
    if (rubber.hasErased) {
      this.#sheet.strokes = strokes;
      this.#changed();
    } else {
      rubber.hasErased = true;
      this.#turnTo({ strokes, picture: null });
    }
  }

  /**
   * Shows where a tool is that no hand covers: the keyboard's, or an eraser, which has no tip; null hides it.
   * @param {{ x: number, y: number } | null} nib
   */
  showNib(nib) {
    this.#nib = nib;
    this.redraw();
  }

  /** Draws anew what is on the sheet in front, once before the next frame. */
  redraw() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** @param {Sheet} sheet */
  #turnTo(sheet) {
    this.#past.push(this.#sheet);
    this.#past.splice(0, this.#past.length - LONGEST_HISTORY);
    this.#future = [];
    this.#front(sheet);
  }

  /**
   * @param {Sheet[]} from
   * @param {Sheet[]} to
   */
  #step(from, to) {
    const sheet = from.pop();
    if (!sheet) return;
    to.push(this.#sheet);
    this.#front(sheet);
  }

  /** @param {Sheet} sheet */
  #front(sheet) {
    this.#sheet = sheet;
    this.redraw();
    this.dispatchEvent(new Event("sheet"));
  }

  #changed() {
    this.redraw();
    this.dispatchEvent(new Event("ink"));
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
    const canvas = this.#canvas;
    const context = this.#context;
    const pixels = Math.round(canvas.clientWidth * devicePixelRatio);
    // To set a canvas's size, even to what it was, wipes it and costs its memory anew.
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    const { color, outlineColor } = getComputedStyle(canvas);
    context.setTransform(pixels / SIDE, 0, 0, pixels / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    const picture = this.#sheet.picture;
    if (picture?.image) drawImage(context, picture.image, SIDE, picture.file ? null : color);
    context.strokeStyle = color;
    context.lineWidth = this.#width;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.#sheet.strokes) context.stroke(pathOf(stroke));
    const isEraser = this.#rubber !== null || (this.#tool === "eraser" && !this.#hand);
    const radius = isEraser ? ERASER : this.#width / 2 + 2;
    if (this.#nib) drawRing(context, this.#nib, radius, outlineColor);
  }
}

/** @param {Point} point */
function isOnSheet([x, y]) {
  return x >= 0 && x <= SIDE && y >= 0 && y <= SIDE;
}

/**
 * @param {Point} point
 * @returns {Point}
 */
function onSheet([x, y, time, pressure]) {
  return [Math.min(Math.max(x, 0), SIDE), Math.min(Math.max(y, 0), SIDE), time, pressure];
}
