// The switch with which a person allows drawings to train later models. The browser remembers it.
// @ts-check

const KEY = "may-train";

const choice = /** @type {HTMLInputElement} */ (document.getElementById("may-train"));

/** Whether the person allows the next drawing to train a model. */
export function mayTrain() {
  return choice.checked;
}

/** Shows the switch as the person left it, and remembers changes. */
export function listenForTrainingChoice() {
  try {
    choice.checked = localStorage.getItem(KEY) === "true";
  } catch {
    // A browser without storage starts with the switch off.
  }
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, String(choice.checked));
    } catch {
      // The switch holds for this page alone.
    }
  });
}
