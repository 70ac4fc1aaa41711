import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Pool } from 'pg';
import type { TestContext } from 'vitest';
import type { useChromium } from './chromium.ts';
import { useTestDatabase } from './database.ts';
import { poll } from './poll.ts';
import { insertRows, type Row, seedSeries } from './series.ts';
import { type TestWeb, useWeb } from './web.ts';
import type { WebPartsOptions } from './web-parts.ts';

const UNITS: Readonly<Record<string, string>> = {
  temperature: '°C',
  humidity: '%',
  pressure: 'hPa',
  wind_dir: '°',
  wind_speed: 'm/s',
  rain: 'mm',
};

/** A service with history, of which the last readings are the newest that it knows. */
export interface HistoryWeb extends TestWeb {
  readonly pool: Pool;
  /** Stores a reading of now, and tells of it. */
  measure(station: string, metric: string, value: number): Promise<void>;
}

/** @param series by `station:metric` */
export async function useHistory(
  series: Readonly<Record<string, readonly Row[]>>,
  options: WebPartsOptions = {},
): Promise<HistoryWeb> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool, ...options });
  const ids = new Map<string, number>();
  for (const [name, rows] of Object.entries(series)) {
    const [station = '', metric = ''] = name.split(':');
    ids.set(name, await seedSeries(pool, { station, metric, unit: UNITS[metric] ?? null }, rows));
    const { measuredAt, value } = rows.at(-1)!;
    web.commit({
      station,
      metric,
      value,
      unit: UNITS[metric] ?? null,
      ageMs: Date.now() - measuredAt / 1000,
    });
  }
  return {
    ...web,
    pool,
    async measure(station, metric, value) {
      await insertRows(pool, ids.get(`${station}:${metric}`)!, [{ measuredAt: Date.now() * 1000, value }]);
      web.commit({ station, metric, value, unit: UNITS[metric] ?? null });
    },
  };
}

/** Readings up to a time, the last of them then; both in milliseconds. */
export function readingsUntil(
  end: number,
  count: number,
  everyMs: number,
  valueAt: (index: number) => number = (index) => Math.sin(index / 10) * 10,
): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    measuredAt: (end - (count - 1 - index) * everyMs) * 1000,
    value: valueAt(index),
  }));
}

export interface OpenHistory {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens the page of `outside`, and waits until its charts are drawn by the browser. */
export async function openHistory(
  open: ReturnType<typeof useChromium>,
  context: TestContext,
  { url }: { readonly url: string },
  { query = '', ...options }: BrowserContextOptions & { readonly query?: string } = {},
): Promise<OpenHistory> {
  const opened = await open(context, url, options);
  await opened.page.goto(`${url}/stations/outside${query}`);
  await opened.page.waitForSelector('.plot.is-drawn canvas');
  return opened;
}

type Column = (number | null)[];

/** What uPlot was given: times, and then the lines from the last to the first. */
export function drawnData(page: Page, chart = 0): Promise<[number[], ...Column[]]> {
  return page.evaluate(`document.querySelectorAll('.plot')[${chart}].plot.data.map((column) => [...column])`);
}

/** From which time until which a chart goes, in seconds. */
export function drawnRange(page: Page, chart = 0): Promise<{ min: number; max: number }> {
  return page.evaluate(
    `(({ min, max }) => ({ min, max }))(document.querySelectorAll('.plot')[${chart}].plot.scales.x)`,
  );
}

/** Draws across a chart with the mouse, from one share of its width to another. */
export async function dragAcross(page: Page, from: number, to: number, chart = 0): Promise<void> {
  const over = page.locator('.u-over').nth(chart);
  await over.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await over.boundingBox())!;
  await page.mouse.move(x + width * from, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * ((from + to) / 2), y + height / 2, { steps: 3 });
  await page.mouse.move(x + width * to, y + height / 2, { steps: 3 });
  await page.mouse.up();
}

/** Until the page has what belongs to its address. */
export async function becomes(page: Page, what: string): Promise<void> {
  await poll(() => page.evaluate<boolean>(what));
}
