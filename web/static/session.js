// The session: the paper in front, its live answer, its record, and what the page shows of them.
// @ts-check

import { adviceOn, nextStepFor } from "./advice.js";
import { setBusy, showAnswer, shownState, spoken } from "./answer.js";
import { explainOnDemand, putAway } from "./explain.js";
import { Problem, explain, explanationOf, fetchBitmap, remove } from "./http.js";
import { closeKeys, inWords, label, showLabel } from "./label.js";
import { hideHint, showHint } from "./hint.js";
import { Live } from "./live.js";
import { announce, hideNotice, showNotice, showProblem } from "./notice.js";
import { byId } from "./page.js";
import { Paper } from "./paper.js";
import { refreshRecent, showNewest } from "./recent.js";
import { deletionTokenOf } from "./deletion-tokens.js";
import { Record } from "./record.js";
import { forgetObservedAccuracy, showObservedAccuracy } from "./observed-accuracy.js";
import { askTwice } from "./twice.js";
import { pictureOf } from "./upload.js";
import { filled, messages } from "./messages.js";

/** @typedef {import("./http.js").Answer} Answer */
/** @typedef {import("./http.js").TrueLabel} TrueLabel */
/** @typedef {import("./paper.js").Picture} Picture */
/** @typedef {import("./paper.js").Sheet} Sheet */
/** @typedef {import("./record.js").Entry} Entry */

// A second click of a double click must not sweep away what the first one recorded.
const NEXT_AFTER_MS = 500;

export const canvas = byId("paper", HTMLCanvasElement);
export const buttons = {
  undo: byId("undo"),
  redo: byId("redo"),
  eraser: byId("eraser"),
  clear: byId("clear"),
  submit: byId("submit"),
  takeBack: byId("take-back"),
  remove: byId("delete", HTMLButtonElement),
};

/** @type {Answer | null} The live answer to the sheet in front. */
let latest = null;
let recordedAt = -Infinity;
/** @type {Sheet | null} The sheet in front, if the last thing done to it was to label it. */
let justLabelled = null;

export const paper = new Paper(
  canvas,
  (sheet) => sheet.picture !== null || record.of(sheet) !== undefined || record.isInFlight(sheet),
);

const live = new Live({
  drawing: () => JSON.stringify(paper),
  onQuestion: () => setBusy(true),
  onAnswer(answer) {
    // Half a digit is none; what it becomes is asked again when the pen is lifted.
    if (answer.verdict === "not_a_digit" && paper.isDrawing) return setBusy(false);
    latest = answer;
    hideNotice("live");
    showAnswer("live", answer);
    showObservedAccuracy(answer);
  },
  onProblem(problem) {
    setBusy(false);
    // A stroke just begun is a dot; what it becomes is worth asking about.
    if (problem.code === "blank_image" && paper.isDrawing) return;
    latest = null;
    showAnswer("drawing", null);
    showObservedAccuracy(null);
    showProblem("live", problem, nextStepFor(problem));
  },
});

const record = new Record({
  isInFront: (sheet) => sheet === paper.sheet,
  onSubmit(sheet) {
    if (sheet === paper.sheet) setBusy(true);
    showTools();
  },
  onUnsaved(sheet, answer) {
    if (sheet !== paper.sheet) return;
    latest = answer;
    showAnswer("live", answer);
  },
  onRecorded(sheet) {
    recordedAt = performance.now();
    if (sheet === paper.sheet) showSheet();
    const entry = /** @type {Entry} */ (record.of(sheet));
    announce(filled(messages.recorded, spoken(entry.answer)));
    void showNewest();
  },
  onProblem(sheet, problem) {
    showTools();
    if (sheet !== paper.sheet) {
      showNotice("record", problem.code, messages.last_not_recorded, messages.undo_brings_back);
      return;
    }
    setBusy(false);
    // Refused for good, a picture makes room for the drawing it covered.
    if (sheet.picture && !problem.passes) paper.undo();
    showProblem("record", problem, nextStepFor(problem, sheet.picture !== null));
    // The record is away, not the model: the answer need not wait.
    if (problem.code === "database_unavailable" && !latest && !sheet.picture) live.ask();
  },
});

explainOnDemand({
  onAsk() {
    closeKeys();
    hideNotice("explain");
  },
  question(signal) {
    const { sheet } = paper;
    const entry = record.of(sheet);
    if (entry) return explanationOf(entry.answer.id, signal);
    return explain(sheet.picture?.file ?? JSON.stringify(paper), signal);
  },
  model: () => (record.of(paper.sheet)?.answer ?? latest)?.model ?? "",
  onProblem: (problem) => showProblem("explain", problem, adviceOn(problem) ?? messages.not_explained),
});

/** Shows what is known of the sheet in front. */
function showSheet() {
  const entry = record.of(paper.sheet);
  const isFirstStroke = paper.isDrawing && paper.sheet.strokes.length === 1;
  for (const about of /** @type {const} */ (["record", "label", "explain", "delete"])) {
    hideNotice(about);
  }
  if (entry || paper.isEmpty) hideNotice();
  if (entry) {
    showLabel(entry);
    showAnswer(entry.trueLabel === null ? "recorded" : "labelled", entry.answer);
    showObservedAccuracy(entry.answer);
  } else if (paper.isEmpty) {
    showAnswer("empty", null);
    showObservedAccuracy(null);
  } else if (shownState() !== "live" || isFirstStroke || paper.sheet.picture) {
    // Otherwise the last live answer stays until the next: a numeral that blinks is no quick mind.
    showAnswer("drawing", null);
    showObservedAccuracy(null);
  }
  showTools();
}

/** Enables the tools that have something to do. */
export function showTools() {
  const entry = record.of(paper.sheet);
  canvas.toggleAttribute("data-empty", paper.isEmpty);
  // On an empty sheet there is nothing to erase, and whoever comes next wants to draw.
  if (paper.isEmpty) paper.tool = "pen";
  buttons.eraser.setAttribute("aria-pressed", String(paper.tool === "eraser"));
  setEnabled(buttons.eraser, paper.sheet.strokes.length > 0);
  setEnabled(buttons.undo, paper.canUndo);
  setEnabled(buttons.redo, paper.canRedo);
  setEnabled(buttons.clear, !paper.isEmpty);
  setEnabled(
    buttons.submit,
    entry !== undefined || (!paper.isEmpty && !record.isInFlight(paper.sheet)),
  );
  buttons.submit.textContent = entry ? messages.next : messages.submit;
  buttons.remove.hidden = !entry || deletionTokenOf(entry.answer.id) === undefined;
  // Ctrl+Z takes back what was done last.
  const [undoes, other] = justLabelled
    ? [buttons.takeBack, buttons.undo]
    : [buttons.undo, buttons.takeBack];
  undoes.setAttribute("aria-keyshortcuts", "Control+Z");
  other.removeAttribute("aria-keyshortcuts");
}

/**
 * Not `disabled`, which would take the focus away from whoever just pressed it.
 * @param {HTMLElement} button
 * @param {boolean} isEnabled
 */
function setEnabled(button, isEnabled) {
  button.setAttribute("aria-disabled", String(!isEnabled));
}

/** Takes back what was done last: a label that was just given, or a change of the paper. */
export function undo() {
  if (!justLabelled) return paper.undo();
  // Pressed again before it is taken back, it is meant for the paper.
  justLabelled = null;
  void giveLabel(null);
}

/** Takes the eraser instead of the pen, or the other way round. */
export function swapTool() {
  if (paper.sheet.strokes.length === 0) return;
  paper.tool = paper.tool === "pen" ? "eraser" : "pen";
  showTools();
}

/** Takes an empty sheet. Not while somebody draws: that is a second finger, or the palm. */
export function clear() {
  if (paper.isTouched || paper.isEmpty) return;
  paper.clear();
  showHint(messages.cleared);
}

/** Submits the sheet in front; once it is recorded, takes the next one. */
export function submitOrNext() {
  paper.lift();
  const sheet = paper.sheet;
  if (record.of(sheet)) {
    if (performance.now() - recordedAt > NEXT_AFTER_MS) paper.clear();
  } else if (!paper.isEmpty) {
    live.stop();
    void record.submit(sheet, sheet.picture?.file ?? JSON.stringify(paper));
  }
}

/**
 * Labels the recorded sheet in front, if it is one, or takes its label back.
 * @param {TrueLabel | null} trueLabel
 */
export async function giveLabel(trueLabel) {
  const sheet = paper.sheet;
  const entry = record.of(sheet);
  if (!entry) return;
  const problem = await label(entry, trueLabel);
  if (problem) {
    showProblem(
      "label",
      problem,
      problem.passes ? messages.label_not_recorded : (adviceOn(problem) ?? ""),
    );
    return;
  }
  // The pressed button is gone: the keyboard goes on to the next drawing, or to the question that is open again.
  const heldFocus = byId("label").contains(document.activeElement);
  forgetObservedAccuracy();
  if (sheet === paper.sheet) {
    justLabelled = trueLabel === null ? null : sheet;
    showSheet();
  }
  if (heldFocus) (trueLabel === null ? byId("right") : buttons.submit).focus();
  announce(trueLabel === null ? messages.label_taken_back : filled(messages.thanks, inWords(trueLabel)));
  void refreshRecent();
}

const askNoMore = askTwice(buttons.remove, () => void deleteRecorded());

/** Deletes the recorded drawing in front, for good. */
async function deleteRecorded() {
  const id = record.of(paper.sheet)?.answer.id;
  if (id === undefined) return;
  try {
    await remove(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showProblem("delete", error, messages.not_deleted);
    return;
  }
  forgetObservedAccuracy();
  paper.discard((sheet) => record.of(sheet)?.answer.id === id);
  showTools();
  // The address may be of what is gone.
  history.replaceState(null, "", "/");
  canvas.focus({ preventScroll: true });
  announce(messages.deleted);
  void refreshRecent();
}

/**
 * Lays a picture on the paper and submits it at once.
 * @param {File} file
 */
export async function submitPicture(file) {
  /** @type {Picture} */
  const picture = { image: null, file };
  paper.place({ strokes: [], picture });
  submitOrNext();
  picture.image = await pictureOf(file);
  paper.redraw();
}

/**
 * Lays a recorded prediction on the paper, as the network saw it.
 * @param {Entry} entry
 */
export async function showRecorded(entry) {
  /** @type {Picture} */
  const picture = { image: null, file: null };
  const sheet = { strokes: [], picture };
  record.remember(sheet, entry);
  paper.place(sheet);
  picture.image = await fetchBitmap(entry.answer.id).then(pictureOf, () => null);
  paper.redraw();
}

/** @param {Sheet} sheet */
function isUnanswered(sheet) {
  return sheet.strokes.length > 0 && !record.of(sheet) && !record.isInFlight(sheet);
}

paper.addEventListener("sheet", () => {
  live.stop();
  latest = null;
  justLabelled = null;
  askNoMore();
  hideHint();
  putAway();
  showSheet();
  // A stroke that begins is a dot, and asks once it moves.
  if (isUnanswered(paper.sheet) && !paper.isDrawing) live.ask();
});
paper.addEventListener("ink", () => {
  putAway();
  if (!paper.isEmpty) return live.ask();
  // All of it was erased.
  live.stop();
  latest = null;
  showSheet();
});
paper.addEventListener("lift", () => {
  if (isUnanswered(paper.sheet)) live.askNow();
});

/** The strokes that nobody has submitted yet. */
export function unsubmitted() {
  return record.of(paper.sheet) ? [] : paper.sheet.strokes;
}
