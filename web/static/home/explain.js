// Explains the answer to the drawing that is shown, recorded or live.
// @ts-check

import { explainOnDemand } from "../answer/explanation.js";
import { closeKeys } from "../labelling/label-form.js";
import { adviceOn } from "../shared/advice.js";
import { explain, explanationOf } from "../shared/http.js";
import { messages } from "../shared/messages.js";
import { hideNotice, showProblem } from "../shared/notice.js";
import { canvas, shownEntry, state } from "./state.js";

export function listenForExplain() {
  explainOnDemand({
    onStart() {
      closeKeys();
      hideNotice("explain");
    },
    fetchExplanation(signal) {
      const entry = shownEntry();
      if (entry) return explanationOf(entry.answer.id, signal);
      return explain(canvas.drawing.picture?.file ?? JSON.stringify(canvas), signal);
    },
    model: () => (shownEntry()?.answer ?? state.liveAnswer)?.model ?? "",
    onProblem: (problem) =>
      showProblem("explain", problem, adviceOn(problem) ?? messages.not_explained),
  });
}
