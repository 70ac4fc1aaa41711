/** Leaves the page alone where nothing changes: selections stay, and screen readers have nothing to say. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
