// The page's elements, by their ids: one that is missing fails at once, and by name; and the links that are followed.
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
 * The link that a click would follow on this page: none where it is meant for another tab or window.
 * @param {MouseEvent} event
 * @param {string} selector of the links that are asked about
 * @returns {HTMLAnchorElement | null}
 */
export function linkFollowed({ target, ctrlKey, metaKey, shiftKey, altKey }, selector) {
  const link = target instanceof Element ? target.closest(selector) : null;
  const isPlain = !(ctrlKey || metaKey || shiftKey || altKey);
  return link instanceof HTMLAnchorElement && isPlain ? link : null;
}
