// The training runs of a page: the script loads their progress again as long as they last.
// @ts-check

import { Problem, fetchPage } from "../shared/http.js";

const INTERVAL_MS = 5000;

/** Replaces each run by its newer self. The end of a run changes the whole page. */
async function refresh() {
  const page = await fetchPage("/models/runs");
  for (const shown of document.querySelectorAll("[data-run]")) {
    const fresh = page.getElementById(shown.id);
    if (!fresh) return location.reload();
    shown.replaceWith(fresh);
  }
}

async function follow() {
  try {
    if (!document.hidden) await refresh();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The old figures stay.
  }
  setTimeout(follow, INTERVAL_MS);
}

setTimeout(follow, INTERVAL_MS);
