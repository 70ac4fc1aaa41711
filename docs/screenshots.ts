import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium, type Browser } from 'playwright-core';
import { startThermograph } from '../bench/support/thermograph.ts';
import { readSeattleYear, timeInYear } from '../firmware-bridge/simulator/weather.ts';

// Makes docs/images/*.png from a service of its own, with a year of Seattle's weather after one that was different, and a garden that
// has just sent: `npm run docs:screenshots`.

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  /** Unless told, all of the page. */
  readonly height?: number;
  readonly isDark?: true;
}

const PICTURES: readonly Picture[] = [
  { name: 'page', path: '/', width: 1440, height: 640 },
  { name: 'page-phone', path: '/?theme=dark', width: 390, height: 844, isDark: true },
  { name: 'kiosk', path: '/?kiosk=1&theme=dark', width: 1280, height: 720, isDark: true },
  { name: 'station', path: '/stations/outside?range=1y&compare=1y&metrics=temperature', width: 1100 },
  { name: 'wind', path: '/stations/garden?range=24h&metrics=wind_speed,wind_dir,rain_day', width: 1100 },
];
const MINUTE_MS = 60_000;
const GARDEN_HOURS = 26;
const READINGS_A_POST = 150;

const service = await startThermograph({ TIME_ZONE: 'America/Los_Angeles' });
const url = `http://127.0.0.1:${service.httpPort}`;
let browser: Browser | undefined;
try {
  const year = new Date().getUTCFullYear();
  await postAll('outside', yearBefore(year));
  await backfill(year);
  await postAll('garden', gardenUntil(Date.now()));
  await post('outside', { temperature: (await newest('outside')) - 0.1, humidity: 81 });
  await post('inside', { temperature: (await newest('inside')) + 0.1, humidity: 44 });
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  for (const picture of PICTURES) await take(browser, picture);
} finally {
  await browser?.close();
  await service.close();
}

async function take(on: Browser, { name, path, width, height, isDark }: Picture): Promise<void> {
  const page = await on.newPage({
    viewport: { width, height: height ?? 900 },
    colorScheme: isDark ? 'dark' : 'light',
    locale: 'en-GB',
  });
  await page.goto(url + path);
  await page.locator('#link[data-state="live"]').waitFor({ state: 'attached' });
  if (path.startsWith('/stations/')) await page.locator('.plot canvas').first().waitFor();
  await page.screenshot({ path: `docs/images/${name}.png`, fullPage: height === undefined });
  await page.close();
}

async function backfill(year: number): Promise<void> {
  const program = 'firmware-bridge/simulator/main.ts';
  const broker = `mqtt://127.0.0.1:${service.mqttPort}`;
  const child = spawn('npx', ['tsx', program, '--url', broker, '--backfill', '--year', String(year)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the simulator ended with ${code}`);
}

/** The file has the mean of thirty years, which is the same each year: this one had a cool summer with a hot week. */
function yearBefore(year: number): readonly object[] {
  return readSeattleYear().map(({ timeMs, temperature }) => {
    const time = timeInYear(timeMs, year - 1);
    const share = (time - Date.UTC(year - 1)) / (Date.UTC(year) - Date.UTC(year - 1));
    const week = 4.5 * Math.exp(-(((share - 0.62) * 60) ** 2));
    const weather = 1.3 * Math.sin(share * 22 * Math.PI) * Math.sin(share * 10 * Math.PI);
    return { time, temperature: round(temperature - 2 * Math.sin(share * Math.PI) ** 2 + week + weather) };
  });
}

/** A day with a front that comes in from the south-west: the wind turns and freshens, and then it rains. */
function gardenUntil(nowMs: number): readonly object[] {
  const readings = [];
  let rain = 0;
  for (let left = GARDEN_HOURS * 60; left >= 0; left -= 5) {
    const share = 1 - left / (GARDEN_HOURS * 60);
    const gust = Math.sin(left * 7.3) * Math.sin(left * 1.7);
    if (share > 0.6 && share < 0.85) rain += 0.15 * Math.max(gust, 0);
    readings.push({
      time: nowMs - left * MINUTE_MS,
      temperature: round(9 + 3 * Math.sin(share * 5) + 0.2 * gust),
      humidity: Math.round(70 + 20 * share),
      wind_speed: round(2 + 5 * share * (1 + 0.4 * gust)),
      wind_dir: Math.round(140 + 110 * share + 18 * gust),
      rain_day: round(rain),
    });
  }
  return readings;
}

/** The last hour of the file, from which the present does not jump. */
async function newest(station: string): Promise<number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
  const { latest } = (await (await fetch(`${url}/api/stations/${station}`)).json()) as {
    latest: readonly { metric: string; value: number }[];
  };
  return round(latest.find(({ metric }) => metric === 'temperature')!.value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function postAll(station: string, readings: readonly object[]): Promise<void> {
  for (let at = 0; at < readings.length; at += READINGS_A_POST)
    await post(station, readings.slice(at, at + READINGS_A_POST));
}

async function post(station: string, body: object): Promise<void> {
  const reply = await fetch(`${url}/api/stations/${station}/readings`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`readings were answered with ${reply.status}: ${await reply.text()}`);
}
