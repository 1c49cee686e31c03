// Pictures instead of strokes: chosen, photographed, dropped on the page, or pasted.
// @ts-check

import { byId } from "./page.js";

// A phone's photo is many times larger than any sheet shows it.
const LARGEST_SIDE = 960;

const inputs = [byId("file", HTMLInputElement), byId("camera", HTMLInputElement)];
const desk = document.documentElement;

/** @param {(file: File) => void} onFile */
export function listenForPictures(onFile) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) onFile(file);
      // The same file, chosen again, is a change again.
      input.value = "";
    });
  }

  addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) onFile(file);
  });

  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    desk.toggleAttribute("data-dropping", true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) desk.toggleAttribute("data-dropping", false);
  });
  addEventListener("drop", (event) => {
    // Missing the paper by a finger's breadth must not open the picture in its place.
    event.preventDefault();
    desk.toggleAttribute("data-dropping", false);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  });
}

/**
 * A picture to lay on the paper; null when the browser cannot show it, though the api may read it.
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap | null>}
 */
export async function pictureOf(blob) {
  try {
    const image = await createImageBitmap(blob);
    const scale = LARGEST_SIDE / Math.max(image.width, image.height);
    if (scale >= 1) return image;
    const resizeWidth = Math.max(1, Math.round(image.width * scale));
    const resizeHeight = Math.max(1, Math.round(image.height * scale));
    const small = await createImageBitmap(image, {
      resizeWidth,
      resizeHeight,
      resizeQuality: "high",
    });
    image.close();
    return small;
  } catch {
    return null;
  }
}
