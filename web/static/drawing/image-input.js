// Image files instead of strokes: chosen, photographed, dropped on the page, or pasted.
// @ts-check

import { byId } from "../shared/page.js";

// In pixels. A phone's photo is much larger than the canvas.
const LARGEST_SIDE = 960;

const inputs = [byId("file", HTMLInputElement), byId("camera", HTMLInputElement)];
const root = document.documentElement;

/** @param {(file: File) => void} onFile */
export function listenForImages(onFile) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) onFile(file);
      // Otherwise the browser fires no event when the same file is chosen again.
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
    // Otherwise the browser would open the dropped image instead of the page.
    event.preventDefault();
    root.toggleAttribute("data-dropping", false);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  });
}

/**
 * An image to show on the canvas; null if the browser cannot decode it. The api may still be able to.
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
