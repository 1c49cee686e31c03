// The tools of the canvas: undo, redo, eraser, clear and submit. Enables those that apply.
// @ts-check

import { hideHint, showHint } from "../drawing/hint.js";
import { deletionTokenOf } from "../shared/deletion-tokens.js";
import { messages } from "../shared/messages.js";
import { byId } from "../shared/page.js";
import { canvas, canvasElement, shownEntry, state, submissions } from "./state.js";

export const buttons = {
  undo: byId("undo"),
  redo: byId("redo"),
  eraser: byId("eraser"),
  clear: byId("clear"),
  submit: byId("submit"),
  takeBack: byId("take-back"),
  remove: byId("delete", HTMLButtonElement),
};

canvas.addEventListener("drawing", hideHint);

/** Enables the tools that apply to the current drawing. */
export function showTools() {
  const entry = shownEntry();
  canvasElement.toggleAttribute("data-empty", canvas.isEmpty);
  // On an empty canvas the next stroke must draw.
  if (canvas.isEmpty) canvas.tool = "pen";
  buttons.eraser.setAttribute("aria-pressed", String(canvas.tool === "eraser"));
  setEnabled(buttons.eraser, canvas.drawing.strokes.length > 0);
  setEnabled(buttons.undo, canvas.canUndo);
  setEnabled(buttons.redo, canvas.canRedo);
  setEnabled(buttons.clear, !canvas.isEmpty);
  setEnabled(
    buttons.submit,
    entry !== undefined || (!canvas.isEmpty && !submissions.isInFlight(canvas.drawing)),
  );
  buttons.submit.textContent = entry ? messages.next : messages.submit;
  buttons.remove.hidden = !entry || deletionTokenOf(entry.answer.id) === undefined;
  // Ctrl+Z undoes the last change.
  const [undoes, other] = state.justLabelled
    ? [buttons.takeBack, buttons.undo]
    : [buttons.undo, buttons.takeBack];
  undoes.setAttribute("aria-keyshortcuts", "Control+Z");
  other.removeAttribute("aria-keyshortcuts");
}

/**
 * Sets `aria-disabled`, because `disabled` would remove the focus from a button that was just pressed.
 * @param {HTMLElement} button
 * @param {boolean} isEnabled
 */
function setEnabled(button, isEnabled) {
  button.setAttribute("aria-disabled", String(!isEnabled));
}

/** Switches between pen and eraser. */
export function swapTool() {
  if (canvas.drawing.strokes.length === 0) return;
  canvas.tool = canvas.tool === "pen" ? "eraser" : "pen";
  showTools();
}

/** Clears the canvas, but not during a stroke, because a second finger or the palm may have pressed the button. */
export function clear() {
  if (canvas.isTouched || canvas.isEmpty) return;
  canvas.clear();
  showHint(messages.cleared);
}
