import { chromium } from 'playwright-core';

// Makes docs/images/page.png from the running page: `npm start`, `npm run simulate`, and then
// `npm run docs:screenshot -- http://localhost:3000`.
const url = process.argv[2] ?? 'http://localhost:3000';
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 560 }, colorScheme: 'light' });
await page.goto(url);
await page.locator('[data-station]').first().waitFor();
await page.screenshot({ path: 'docs/images/page.png' });
await browser.close();
