// Fetches the page anew and takes over its fragments, when more has changed than a number.

const INTERVAL_MS = 2000;

/** Asks for a refresh; however often it is called, at most one runs every two seconds. */
export type Refresh = (delayMs?: number) => void;

export function createRefresh(onRefreshed: () => void): Refresh {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next one begins; one that has begun is not overtaken. */
  let at = Number.POSITIVE_INFINITY;
  /** By a clock that nobody puts back, which would put this off for as long. */
  let last = Number.NEGATIVE_INFINITY;

  const run = async (): Promise<void> => {
    last = performance.now();
    at = Number.NEGATIVE_INFINITY;
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
      // To the login page: whoever was logged in is so no more.
      if (response.redirected) location.reload();
      else if (response.ok) replaceFragments(await response.text());
    } catch {
      // The link says that the service is away; once it is back, the page is refreshed again.
    }
    at = Number.POSITIVE_INFINITY;
    onRefreshed();
  };

  return (delayMs = 0) => {
    const now = performance.now();
    const wanted = Math.max(now + delayMs, last + INTERVAL_MS);
    if (wanted >= at) return;
    clearTimeout(timer);
    at = wanted;
    timer = setTimeout(() => void run(), wanted - now);
  };
}

function replaceFragments(html: string): void {
  const fetched = new DOMParser().parseFromString(html, 'text/html');
  document.title = fetched.title;
  for (const fragment of document.querySelectorAll('.fragment')) {
    const replacement = fetched.getElementById(fragment.id);
    if (!replacement || holdsSelection(fragment)) continue;
    // Another script may do it its own way.
    if (!fragment.dispatchEvent(new Event('refresh', { bubbles: true, cancelable: true }))) continue;
    const focused = fragment.contains(document.activeElement)
      ? selectorOf(document.activeElement)
      : undefined;
    for (const { id } of fragment.querySelectorAll('details[open]')) {
      if (id !== '') replacement.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
    }
    fragment.replaceWith(replacement);
    if (focused) focusAgain(replacement, focused);
  }
}

/** Somebody who has marked text there wants to copy it. */
function holdsSelection(fragment: Element): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(fragment, true);
}

/** By which selector a link, or what unfolds something, is found again. */
function selectorOf(element: Element | null): string | undefined {
  const href = element?.getAttribute('href');
  if (href) return `a[href="${CSS.escape(href)}"]`;
  const folded = element?.matches('details[id] > summary') ? element.parentElement?.id : undefined;
  return folded === undefined ? undefined : `#${CSS.escape(folded)} > summary`;
}

/** Whoever goes by keyboard stays where they were. */
function focusAgain(fragment: Element, selector: string): void {
  const found = fragment.querySelector(selector);
  if (found instanceof HTMLElement) found.focus({ preventScroll: true });
}
