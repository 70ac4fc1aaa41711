// @ts-check
// Runs in a page: the colour of each text that is visible, and that of its ground.
(() => {
  /** @param {Element | null} element @returns {string} */
  const groundOf = (element) => {
    if (element === null) return getComputedStyle(document.documentElement).backgroundColor;
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor === 'rgba(0, 0, 0, 0)' ? groundOf(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .filter((element) => element.checkVisibility())
    .map((element) => ({
      words: element.textContent?.trim().slice(0, 30) ?? '',
      text: getComputedStyle(element).color,
      ground: groundOf(element),
    }));
})();
