// The drawing page, as a table of contents: who is listened to, and what they bring about.
// @ts-check

import { readEntry, spoken } from "./answer.js";
import { keepOnLeaving, kept } from "./keep.js";
import { holdKeyPen } from "./keypen.js";
import { listenForKeys } from "./keys.js";
import { closeKeys, listenForLabels } from "./label.js";
import { announce } from "./notice.js";
import { holdPen } from "./pen.js";
import { followRecent } from "./recent.js";
import {
  buttons,
  canvas,
  clear,
  giveLabel,
  paper,
  showRecorded,
  showTools,
  submitOrNext,
  submitPicture,
  swapTool,
  undo,
  unsubmitted,
} from "./session.js";
import { listenForPictures } from "./upload.js";
import { chooseWidth } from "./width.js";
import { filled, messages } from "./messages.js";

// First, so that what it shows gives way to what a hand brings.
holdKeyPen(canvas, paper);
holdPen(canvas, paper);
chooseWidth(paper);

buttons.undo.addEventListener("click", () => paper.undo());
buttons.redo.addEventListener("click", () => paper.redo());
buttons.eraser.addEventListener("click", swapTool);
buttons.clear.addEventListener("click", clear);
buttons.submit.addEventListener("click", submitOrNext);

listenForKeys({
  undo,
  redo: () => paper.redo(),
  clear: () => closeKeys() || clear(),
  submit: submitOrNext,
  swapTool,
  label: giveLabel,
});
listenForLabels(giveLabel);
listenForPictures(submitPicture);

followRecent((page) => {
  const entry = readEntry(page);
  if (!entry) return;
  void showRecorded(entry);
  announce(filled(messages.shown, spoken(entry.answer)));
  canvas.scrollIntoView({ block: "nearest" });
});

// What was on the desk when the page was left, and on top of it what its address asks for.
const entryOnArrival = readEntry(document);
const strokes = kept();
if (strokes.length > 0) paper.place({ strokes, picture: null });
if (entryOnArrival) void showRecorded(entryOnArrival);
showTools();
keepOnLeaving(unsubmitted);
