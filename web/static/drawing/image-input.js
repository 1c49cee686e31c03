// Images instead of strokes: chosen, photographed, dropped on the page, or pasted.
// @ts-check

import { byId } from "../shared/page.js";

// A phone's photo is many times larger than the canvas shows it.
const LARGEST_SIDE = 960;

const inputs = [byId("file", HTMLInputElement), byId("camera", HTMLInputElement)];
const root = document.documentElement;

/** @param {(file: File) => void} onFile */
export function listenForImages(onFile) {
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
    root.toggleAttribute("data-dropping", true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) root.toggleAttribute("data-dropping", false);
  });
  addEventListener("drop", (event) => {
    // Otherwise the browser would open an image that is dropped beside the canvas in place of the page.
    event.preventDefault();
    root.toggleAttribute("data-dropping", false);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  });
}

/**
 * An image to show on the canvas; null where the browser cannot show it. The api may read it all the same.
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap | null>}
 */
export async function imageOf(blob) {
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
