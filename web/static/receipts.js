// Receipts: which recorded drawings this browser submitted, and what proves it; kept here and nowhere else.
// @ts-check

const KEY = "receipts";
// The oldest go first. A hundred bytes each, far below what a browser keeps for a page.
const MOST = 500;

/**
 * @param {string} id of a recorded drawing
 * @returns {string | undefined} what proves that it was submitted here
 */
export function receiptOf(id) {
  return all().find(([known]) => known === id)?.[1];
}

/**
 * @param {string} id
 * @param {string} receipt
 */
export function keep(id, receipt) {
  write([...all(), [id, receipt]]);
}

/** @param {string} id of a drawing that is no more */
export function forget(id) {
  write(all().filter(([known]) => known !== id));
}

/** @returns {[id: string, receipt: string][]} the oldest first */
function all() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** @param {[id: string, receipt: string][]} receipts */
function write(receipts) {
  try {
    localStorage.setItem(KEY, JSON.stringify(receipts.slice(-MOST)));
  } catch {
    // Storage may be full or forbidden. Then the drawing cannot be deleted from here, and all else works.
  }
}
