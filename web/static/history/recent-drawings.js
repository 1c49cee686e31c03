// The recent drawings: a strip that the server renders. The script replaces only the strip, so that the canvas stays.
// @ts-check

import { Problem, fetchPage } from "../shared/http.js";
import { byId, linkFollowed } from "../shared/page.js";

const TRY_AGAIN_MS = 5000;

/** The address of the strip, which may show an older page. */
let place = stripOf(location);
let retryTimer = 0;

/** Shows the newest drawings. */
export function showNewest() {
  place = "/recent";
  return refreshRecent();
}

/** Loads the strip again. */
export async function refreshRecent() {
  clearTimeout(retryTimer);
  try {
    const fresh = (await fetchPage(place)).getElementById("recent");
    if (fresh) byId("recent").replaceWith(fresh);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The old strip stays.
  }
  watchOver();
}

/**
 * Follows the strip's links without leaving the page.
 * @param {(page: Document, id: string) => void} onOpen
 */
export function followRecent(onOpen) {
  document.addEventListener("click", async (event) => {
    const link = linkFollowed(event, "#recent a");
    if (!link) return;
    event.preventDefault();
    const { id } = link.dataset;
    if (id === undefined) {
      place = stripOf(link);
      await refreshRecent();
      byId("recent-heading").focus();
      return;
    }
    try {
      onOpen(await fetchPage(link.href), id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The browser shows the problem as a page. The stored draft survives.
      location.assign(link.href);
    }
  });
  watchOver();
}

/**
 * The address of the strip on a page at this address.
 * @param {{ search: string }} page
 */
function stripOf({ search }) {
  const before = new URLSearchParams(search).get("before");
  return before ? `/recent?before=${encodeURIComponent(before)}` : "/recent";
}

/** Loads the strip again every few seconds while the database is unavailable. */
function watchOver() {
  clearTimeout(retryTimer);
  if (byId("recent").hasAttribute("data-unavailable")) {
    retryTimer = setTimeout(refreshRecent, TRY_AGAIN_MS);
  }
}
