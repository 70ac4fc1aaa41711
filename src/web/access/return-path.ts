const NOWHERE = 'http://nowhere.invalid';

/** The login page, to come back from to `address`. */
export function loginPath(address: string): string {
  const path = localPath(address);
  return path === '/' ? '/login' : `/login?to=${encodeURIComponent(path)}`;
}

/**
 * An address of ours out of what came in a link; `/` for any other. It is read as a browser would, to which `//host`,
 * `/\host` and `/<tab>/host` are other hosts, and checked again as it is written, for `/.//host` turns into `//host`.
 */
export function localPath(text: unknown): string {
  if (typeof text !== 'string' || !text.startsWith('/') || !URL.canParse(text, NOWHERE)) return '/';
  const { origin, pathname, search } = new URL(text, NOWHERE);
  if (origin !== NOWHERE || /^\/[/\\]/.test(pathname)) return '/';
  // These would lead round in circles.
  return /^\/log(?:in|out)\/*$/.test(pathname) ? '/' : pathname + search;
}
