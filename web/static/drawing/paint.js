// Paints the contents of the canvas: strokes as smooth lines, pictures, and the ring around a tool.
// @ts-check

/**
 * A smooth line: quadratic curves from midpoint to midpoint, with the points as control points.
 * @param {import("./canvas.js").Stroke} stroke
 */
export function pathOf(stroke) {
  const path = new Path2D();
  const [[startX, startY]] = stroke;
  path.moveTo(startX, startY);
  for (let i = 1; i < stroke.length - 1; i++) {
    const [x, y] = stroke[i];
    const [nextX, nextY] = stroke[i + 1];
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [endX, endY] = stroke[stroke.length - 1];
  // A line of length zero draws nothing, and a single point must become a dot.
  path.lineTo(endX + (stroke.length === 1 ? 0.01 : 0), endY);
  return path;
}

/**
 * Draws a picture as large as fits on the canvas.
 * @param {CanvasRenderingContext2D} context
 * @param {ImageBitmap} image
 * @param {number} side of the canvas
 * @param {string | null} foreground the colour of a 28×28 bitmap, because its black is invisible on a dark canvas; null
 *   for a picture with its own colours
 */
export function drawImage(context, image, side, foreground) {
  const scale = side / Math.max(image.width, image.height);
  const width = image.width * scale;
  const height = image.height * scale;
  context.save();
  context.imageSmoothingEnabled = foreground === null;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, (side - width) / 2, (side - height) / 2, width, height);
  if (foreground !== null) {
    context.globalCompositeOperation = "source-in";
    context.fillStyle = foreground;
    context.fillRect(0, 0, side, side);
  }
  context.restore();
}

/**
 * Draws a ring at the position of a tool.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: number, y: number }} position
 * @param {number} radius
 * @param {string} color
 */
export function drawRing(context, { x, y }, radius, color) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = color;
  context.stroke();
}
