// The deletion tokens of the drawings that this browser submitted. Only the browser stores them.
// @ts-check

const KEY = "deletion-tokens";
// The name under which earlier versions of this page stored the same list.
const FORMER_KEY = "receipts";
// The oldest tokens are dropped first. Each takes about a hundred bytes, so all are far below a browser's limit.
const MOST = 500;

/**
 * @param {string} id of a recorded drawing
 * @returns {string | undefined} the token that deletes it, if it was submitted here
 */
export function deletionTokenOf(id) {
  return all().find(([known]) => known === id)?.[1];
}

/**
 * @param {string} id
 * @param {string} token
 */
export function keep(id, token) {
  write([...all(), [id, token]]);
}

/** @param {string} id of a drawing that is deleted */
export function forget(id) {
  write(all().filter(([known]) => known !== id));
}

/** @returns {[id: string, token: string][]} the oldest first */
function all() {
  return [...stored(FORMER_KEY), ...stored(KEY)];
}

/**
 * @param {string} key
 * @returns {[id: string, token: string][]}
 */
function stored(key) {
  try {
    const list = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** @param {[id: string, token: string][]} tokens */
function write(tokens) {
  try {
    localStorage.setItem(KEY, JSON.stringify(tokens.slice(-MOST)));
    // After the write, so that a full storage loses no token.
    localStorage.removeItem(FORMER_KEY);
  } catch {
    // Storage may be full or disabled. Then this browser cannot delete the drawing; everything else works.
  }
}

// Moves the list of an earlier version.
if (stored(FORMER_KEY).length > 0) write(all());
