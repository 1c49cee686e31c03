// A drawing's page: draws it once more as it was drawn, and takes labels from the keyboard.
// @ts-check

import { listenForLabelKeys } from "./labelkeys.js";
import { byId } from "./page.js";
import { replay } from "./replay.js";

const { id } = byId("drawing").dataset;

document.getElementById("replay")?.addEventListener("click", () => {
  const svg = document.querySelector("svg.strokes");
  if (svg instanceof SVGSVGElement && id) void replay(svg, id);
});

listenForLabelKeys(document);
