import { chromium, type Page } from 'playwright-core';
import { bounded, type Claim, compare, eachRound, type Row } from './support/claim.ts';
import { processorSeconds } from './support/processor-time.ts';
import { sleep } from './support/process.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const CHARTS = 20;
const READINGS_PER_SECOND = 10;
const MAX_SHARE = 0.1;
/** Readings an hour apart, so that there is something to draw. */
const DAYS = 7;
const MEASURED_SECONDS = { quick: 3, thorough: 15 };
const SETTLED_SECONDS = 3;
/** A window as on a desk, and one in which all charts are in sight. */
const HEIGHTS = { usual: 900, all: 12_000 };
const METRICS = Array.from({ length: CHARTS }, (_, index) => `temperature.t${index}`);
const USUAL_CHROMIUM = '/usr/bin/chromium';

/** What a browser takes that shows charts to which points are added. */
export const charts: Claim = {
  name: 'charts',
  async measure({ effort, say }) {
    const executablePath = process.env['CHROMIUM_PATH'] ?? USUAL_CHROMIUM;
    const browser = await chromium.launchServer({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    const service = await startThermograph();
    try {
      await fill(service);
      const client = await chromium.connect(browser.wsEndpoint());
      const page = await client.newPage();
      await page.goto(
        `http://127.0.0.1:${service.httpPort}/stations/bench?range=6h&metrics=${METRICS.join(',')}`,
      );
      await page
        .locator('.u-wrap')
        .nth(CHARTS - 1)
        .waitFor();
      const pid = browser.process().pid!;
      const seconds = effort.isQuick ? MEASURED_SECONDS.quick : MEASURED_SECONDS.thorough;
      const measure = async (height: number, isAllInSight: boolean) => {
        await page.setViewportSize({ width: 1280, height });
        // The newest values stand above.
        await page
          .locator('.plot')
          .first()
          .evaluate((plot) => plot.scrollIntoView());
        const idle = await shareWhile(pid, () => sleep(seconds));
        const before = await drawn(page);
        const live = await shareWhile(pid, () => send(service, seconds));
        await hasChanged(page, before, isAllInSight ? CHARTS : 1);
        return { idle, live };
      };
      const rounds = await eachRound(effort, async (round) => {
        const usual = await measure(HEIGHTS.usual, false);
        const all = await measure(HEIGHTS.all, true);
        say(
          `charts, round ${round}: ${percent(usual.live)} of a core, with all in sight ${percent(all.live)}; ` +
            `with no readings ${percent(usual.idle)} and ${percent(all.idle)}`,
        );
        return { usual, all };
      });
      return [
        ...rowsOf(
          'in a window of 1280 × 900',
          rounds.map(({ usual }) => usual),
        ),
        ...rowsOf(
          'all of them in sight',
          rounds.map(({ all }) => all),
        ),
      ];
    } finally {
      await service.close();
      await browser.close();
    }
  },
};

function rowsOf(
  where: string,
  rounds: readonly { readonly idle: number; readonly live: number }[],
): readonly Row[] {
  const claim = `a browser with ${CHARTS} live charts at ${READINGS_PER_SECOND} readings/s, ${where}`;
  const figures = rounds.map(({ live }) => live * 100);
  const row = { claim, unit: '% of a core' };
  const idle = rounds.map((round) => round.idle * 100);
  return [
    bounded(row, figures, MAX_SHARE * 100),
    compare({ ...row, reference: 'the same with no readings', goal: undefined }, figures, idle),
  ];
}

/** Of one core, while something is done. */
async function shareWhile(pid: number, work: () => Promise<void>): Promise<number> {
  await sleep(SETTLED_SECONDS);
  const startedAt = performance.now();
  const before = processorSeconds(pid);
  await work();
  return (processorSeconds(pid) - before) / ((performance.now() - startedAt) / 1000);
}

async function send(service: Thermograph, seconds: number): Promise<void> {
  let sent = 0;
  const startedAt = performance.now();
  while (performance.now() < startedAt + seconds * 1000) {
    const value = 15 + 5 * Math.sin(sent / 100);
    await post(service, METRICS[sent % CHARTS], value.toFixed(3));
    sent += 1;
    await sleep(Math.max(0, (startedAt + (sent * 1000) / READINGS_PER_SECOND - performance.now()) / 1000));
  }
}

/** @throws when fewer charts than that have changed */
async function hasChanged(page: Page, before: readonly string[], atLeast: number): Promise<void> {
  await sleep(SETTLED_SECONDS);
  const after = await drawn(page);
  const changed = after.filter((chart, index) => chart !== before[index]).length;
  if (changed < atLeast) throw new Error(`of ${CHARTS} charts ${changed} have changed`);
}

/** What each chart shows. */
function drawn(page: Page): Promise<readonly string[]> {
  return page
    .locator('.u-wrap canvas')
    .evaluateAll((canvases) =>
      canvases.map((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL()),
    );
}

async function fill(service: Thermograph): Promise<void> {
  for (let day = DAYS; day > 0; day -= 1) {
    const hours = Array.from({ length: 24 }, (_, hour) => ({
      time: new Date(Date.now() - (day * 24 - hour) * 3_600_000).toISOString(),
      ...Object.fromEntries(METRICS.map((metric, index) => [metric, 15 + 5 * Math.sin(hour / 4 + index)])),
    }));
    await post(service, undefined, JSON.stringify(hours));
  }
}

async function post(service: Thermograph, metric: string | undefined, body: string): Promise<void> {
  const query = metric === undefined ? '' : `?metric=${metric}`;
  const url = `http://127.0.0.1:${service.httpPort}/api/stations/bench/readings${query}`;
  const reply = await fetch(url, { method: 'POST', body });
  if (!reply.ok) throw new Error(`a reading was answered with ${reply.status}: ${await reply.text()}`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
