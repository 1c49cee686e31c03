// Requests live answers when the drawing changes, and shows them.
// @ts-check

import { setBusy, showAnswer } from "../answer/answer-panel.js";
import { hideExplanation } from "../answer/explanation.js";
import { LiveAnswers } from "../answer/live-answers.js";
import { showObservedAccuracy } from "../answer/observed-accuracy.js";
import { nextStepFor } from "../shared/advice.js";
import { hideNotice, showProblem } from "../shared/notice.js";
import { showDrawing } from "./show-drawing.js";
import { canvas, shownEntry, state, submissions } from "./state.js";

export const live = new LiveAnswers({
  drawing: () => JSON.stringify(canvas),
  onRequest: () => setBusy(true),
  onAnswer(answer) {
    // An incomplete digit is often not a digit. The page requests an answer again when the pen is lifted.
    if (answer.verdict === "not_a_digit" && canvas.isPenDown) return setBusy(false);
    state.liveAnswer = answer;
    hideNotice("live");
    showAnswer("live", answer);
    showObservedAccuracy(answer);
  },
  onProblem(problem) {
    setBusy(false);
    // A new stroke is only a dot. Its next points cause another request soon.
    if (problem.code === "blank_image" && canvas.isPenDown) return;
    state.liveAnswer = null;
    showAnswer("drawing", null);
    showObservedAccuracy(null);
    showProblem("live", problem, nextStepFor(problem));
  },
});

canvas.addEventListener("drawing", () => {
  live.stop();
  state.liveAnswer = null;
  state.justLabelled = null;
  hideExplanation();
  showDrawing();
  // A new stroke is only a dot. It causes a request when the pen moves.
  if (isUnanswered() && !canvas.isPenDown) live.request();
});

canvas.addEventListener("change", () => {
  hideExplanation();
  if (!canvas.isEmpty) return live.request();
  // The eraser has removed all strokes.
  live.stop();
  state.liveAnswer = null;
  showDrawing();
});

canvas.addEventListener("lift", () => {
  if (isUnanswered()) live.requestNow();
});

function isUnanswered() {
  const { drawing } = canvas;
  return drawing.strokes.length > 0 && !shownEntry() && !submissions.isInFlight(drawing);
}
