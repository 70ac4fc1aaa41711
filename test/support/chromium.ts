import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFinished, type TestContext } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NOT_FOUND =
  'no Chromium was found: install the package chromium, or set CHROMIUM_PATH to the program of a Chromium or Chrome';

/** A page, and what it must not have done. */
export interface OpenPage {
  readonly page: Page;
  /** Errors on its console, exceptions, and requests to anybody but the service. */
  readonly complaints: string[];
}

/** CHROMIUM_PATH, or the first that Debian, Ubuntu or Google install; `undefined` if there is none. */
function findChromium(): string | undefined {
  const asked = process.env['CHROMIUM_PATH'];
  if (asked !== undefined && asked !== '') return asked;
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

/**
 * One browser for a test file, and a fresh profile for each page. Without a Chromium the tests are skipped, and say
 * why; where CI is true they fail, for there nobody would notice.
 */
export function useChromium(): (
  context: TestContext,
  url: string,
  options?: BrowserContextOptions,
) => Promise<OpenPage> {
  let browser: Browser | undefined;
  afterAll(() => browser?.close());
  return async (context, url, options = {}) => {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      if (process.env['CI'] === 'true') throw new Error(NOT_FOUND);
      // Not every reporter shows the note of a skipped test.
      process.stderr.write(`${context.task.name}: skipped, for ${NOT_FOUND}\n`);
      context.skip(NOT_FOUND);
    }
    browser ??= await chromium.launch({ executablePath: executablePath!, args: ARGUMENTS });
    // What a service worker asks for is seen by nobody: only tests of it have one.
    const profile = await browser.newContext({ serviceWorkers: 'block', ...options });
    onTestFinished(() => profile.close());
    const page = await profile.newPage();
    return { page, complaints: watch(page, new URL(url).origin) };
  };
}

function watch(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to ${request.url()}`);
  });
  return complaints;
}
