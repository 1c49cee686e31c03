// Finds elements of the page by id, and recognises clicks that follow a link.
// @ts-check

/**
 * @template {HTMLElement} E
 * @overload
 * @param {string} id
 * @param {new () => E} kind
 * @returns {E}
 */
/**
 * @overload
 * @param {string} id
 * @returns {HTMLElement}
 */
/**
 * @param {string} id
 * @param {typeof HTMLElement} kind
 */
export function byId(id, kind = HTMLElement) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * The link that a click follows on this page; null if the click opens another tab or window.
 * @param {MouseEvent} event
 * @param {string} selector of the links
 * @returns {HTMLAnchorElement | null}
 */
export function linkFollowed({ target, ctrlKey, metaKey, shiftKey, altKey }, selector) {
  const link = target instanceof Element ? target.closest(selector) : null;
  const isPlain = !(ctrlKey || metaKey || shiftKey || altKey);
  return link instanceof HTMLAnchorElement && isPlain ? link : null;
}
