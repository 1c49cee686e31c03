// The recent drawings: a strip that the server renders, swapped in place so that no drawing is lost.
// @ts-check

import { Problem, fetchPage } from "../shared/http.js";
import { byId, linkFollowed } from "../shared/page.js";

const TRY_AGAIN_MS = 5000;

/** The address of the strip as it stands, which may be paged back. */
let place = stripOf(location);
let retryTimer = 0;

/** Shows the latest drawings, wherever the strip stood. */
export function showNewest() {
  place = "/recent";
  return refreshRecent();
}

/** Shows the strip as it is now. */
export async function refreshRecent() {
  clearTimeout(retryTimer);
  try {
    const fresh = (await fetchPage(place)).getElementById("recent");
    if (fresh) byId("recent").replaceWith(fresh);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The strip that is shown is old, and still correct.
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
      // The browser shows the problem, and the draft survives the way back.
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

/** Asks again every few seconds while the database is unavailable. */
function watchOver() {
  clearTimeout(retryTimer);
  if (byId("recent").hasAttribute("data-unavailable")) {
    retryTimer = setTimeout(refreshRecent, TRY_AGAIN_MS);
  }
}
