import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { inProjectFolder } from '../../src/project-folder.ts';

// Makes the PNG icons of favicon.svg, for home screens that take no SVG: `npm run icons`.
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const svg = readFileSync(inProjectFolder('templates/images/favicon.svg'), 'utf8');
/** Systems cut out a shape of their own, a circle mostly: corner to corner, and what matters in the middle. */
const maskable = svg
  .replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"')
  .replace('<rect width="32" height="32" rx="7"', '<rect x="-4" y="-4" width="40" height="40"');

const icons = [
  ['icon-192.png', svg, 192],
  ['icon-512.png', svg, 512],
  ['icon-maskable-512.png', maskable, 512],
  ['apple-touch-icon.png', maskable, 180],
] as const;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [name, image, size] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const source = `data:image/svg+xml,${encodeURIComponent(image)}`;
  await page.setContent(`<body style="margin:0"><img src="${source}" width="${size}" height="${size}">`);
  const path = inProjectFolder(`templates/images/${name}`);
  await page.screenshot({ path, omitBackground: true });
  await page.close();
}
await browser.close();
