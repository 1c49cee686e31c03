// Deletes the recorded drawing that is shown, after a second press of the button.
// @ts-check

import { forgetObservedAccuracy } from "../answer/observed-accuracy.js";
import { refreshRecent } from "../history/recent-drawings.js";
import { confirmBefore } from "../shared/confirm-button.js";
import { Problem, remove } from "../shared/http.js";
import { messages } from "../shared/messages.js";
import { announce, showProblem } from "../shared/notice.js";
import { canvas, canvasElement, shownEntry, submissions } from "./state.js";
import { buttons, showTools } from "./tools.js";

export function listenForDeletion() {
  const cancelConfirmation = confirmBefore(buttons.remove, () => void deleteShown());
  canvas.addEventListener("drawing", cancelConfirmation);
}

async function deleteShown() {
  const id = shownEntry()?.answer.id;
  if (id === undefined) return;
  try {
    await remove(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showProblem("delete", error, messages.not_deleted);
    return;
  }
  forgetObservedAccuracy();
  canvas.discard((drawing) => submissions.entryOf(drawing)?.answer.id === id);
  showTools();
  // The page's address may name the deleted drawing.
  history.replaceState(null, "", "/");
  canvasElement.focus({ preventScroll: true });
  announce(messages.deleted);
  void refreshRecent();
}
