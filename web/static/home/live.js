// Asks for live answers as the drawing changes, and shows them.
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
  onQuestion: () => setBusy(true),
  onAnswer(answer) {
    // Half a digit is none. When the pen is lifted, the page asks again.
    if (answer.verdict === "not_a_digit" && canvas.isPenDown) return setBusy(false);
    state.liveAnswer = answer;
    hideNotice("live");
    showAnswer("live", answer);
    showObservedAccuracy(answer);
  },
  onProblem(problem) {
    setBusy(false);
    // A stroke that has just begun is a dot, and its next points are asked about soon.
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
  // A stroke that begins is a dot, and asks once it moves.
  if (isUnanswered() && !canvas.isPenDown) live.ask();
});

canvas.addEventListener("change", () => {
  hideExplanation();
  if (!canvas.isEmpty) return live.ask();
  // The eraser has left nothing.
  live.stop();
  state.liveAnswer = null;
  showDrawing();
});

canvas.addEventListener("lift", () => {
  if (isUnanswered()) live.askNow();
});

function isUnanswered() {
  const { drawing } = canvas;
  return drawing.strokes.length > 0 && !shownEntry() && !submissions.isInFlight(drawing);
}
