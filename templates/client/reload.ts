// Loads the page anew when the service has become another one, and only once that can be trusted to answer: a browser's own
// error page would stay on a wall for ever.

const PAUSE_MS = 3000;
/** Within this, so that not all tablets come at once. */
const SPREAD_MS = 2000;
const ANSWERS_IN_A_ROW = 2;

/** However often it is called, it happens once. */
export function createReload(): () => void {
  let begun = false;
  let answers = 0;
  const ask = async (): Promise<void> => {
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
      answers = response.ok ? answers + 1 : 0;
    } catch {
      answers = 0;
    }
    if (answers >= ANSWERS_IN_A_ROW) location.reload();
    else setTimeout(() => void ask(), PAUSE_MS);
  };
  return () => {
    if (begun) return;
    begun = true;
    setTimeout(() => void ask(), Math.random() * SPREAD_MS);
  };
}
