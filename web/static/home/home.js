// The first page: registers the listeners of all modules.
// @ts-check

import "../shared/time-zone.js";
import { readEntry, spoken } from "../answer/answer-panel.js";
import { storeDraftOnLeaving, storedDraft } from "../drawing/draft-storage.js";
import { listenForImages } from "../drawing/image-input.js";
import { listenForKeyboardPen } from "../drawing/keyboard-pen.js";
import { listenForPenWidth } from "../drawing/pen-width.js";
import { listenForPen } from "../drawing/pen.js";
import { followRecent } from "../history/recent-drawings.js";
import { closeKeys, listenForLabels } from "../labelling/label-form.js";
import { format, messages } from "../shared/messages.js";
import { announce } from "../shared/notice.js";
import { listenForDeletion } from "./delete.js";
import { listenForExplain } from "./explain.js";
import { listenForKeys } from "./keyboard.js";
import { giveLabel, undo } from "./label.js";
import { canvas, canvasElement, unsubmittedStrokes } from "./state.js";
import { showRecorded, submitOrNext, submitPicture } from "./submit.js";
import { buttons, clear, showTools, swapTool } from "./tools.js";
import { listenForTrainingChoice } from "./training-choice.js";

// Before the pen, whose listener hides the keyboard's ring.
listenForKeyboardPen(canvasElement, canvas);
listenForPen(canvasElement, canvas);
listenForPenWidth(canvas);

buttons.undo.addEventListener("click", () => canvas.undo());
buttons.redo.addEventListener("click", () => canvas.redo());
buttons.eraser.addEventListener("click", swapTool);
buttons.clear.addEventListener("click", clear);
buttons.submit.addEventListener("click", submitOrNext);

listenForKeys({
  undo,
  redo: () => canvas.redo(),
  clear: () => closeKeys() || clear(),
  submit: submitOrNext,
  swapTool,
  label: giveLabel,
});
listenForLabels(giveLabel);
listenForImages(submitPicture);
listenForExplain();
listenForDeletion();
listenForTrainingChoice();

followRecent((page) => {
  const entry = readEntry(page);
  if (!entry) return;
  void showRecorded(entry);
  announce(format(messages.shown, { answer: spoken(entry.answer) }));
  canvasElement.scrollIntoView({ block: "nearest" });
});

// Restore the stored draft, and show the drawing that the address names over it.
const entryOnArrival = readEntry(document);
const draft = storedDraft();
if (draft.length > 0) canvas.place({ strokes: draft, picture: null });
if (entryOnArrival) void showRecorded(entryOnArrival);
showTools();
storeDraftOnLeaving(unsubmittedStrokes);
