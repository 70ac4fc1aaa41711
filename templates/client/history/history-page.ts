// Draws the charts of a station in the browser, where they can be looked into and go on by themselves. Without this script the page shows
// them as pictures.

import { createWords } from '../../../src/web/words.ts';
import strings from '../../strings/en.json';
import type { LiveReading } from '../link.ts';
import { createPalette } from './chart-style.ts';
import { showChosen } from './choice-rows.ts';
import { followAddress } from './page-address.ts';
import { addNotes } from './page-notes.ts';
import { pageStyle } from './page-style.ts';
import { createPlotTexts } from './plot-texts.ts';
import { createSession } from './session.ts';
import { createTell } from './tell.ts';

const ZOOM_DELAY_MS = 150;

function startPage(fragment: HTMLElement): void {
  const { timeZone = 'UTC', units = 'metric' } = document.documentElement.dataset;
  const words = createWords(strings);
  const texts = createPlotTexts(timeZone, words);
  const palette = createPalette();
  const notes = addNotes(fragment, words);
  const style = pageStyle(timeZone, words, texts, palette);
  const address = followAddress({
    onChanged: (url, how) => session.show(url, how === 'zoom' ? ZOOM_DELAY_MS : 0),
  });
  const session = createSession({
    context: {
      style,
      syncKey: 'history',
      pointText: (line, point, unit) => texts.point(line, point, unit),
      timeText: (time, width) => texts.time(time, width),
      onPicked(range) {
        session.preview(range);
        address.zoomTo(range);
      },
      onPreviewed: (range) => session.preview(range),
      onFramed(range) {
        session.preview(range);
        address.moveTo(range);
      },
      onBack: () => address.zoomOut(),
      isZoomed: () => address.isZoomed(),
      onMoved: createTell(notes.told),
      roleText: words.text('plot.role'),
      hintId: notes.hintId,
    },
    units,
    isRolling: () => address.isRolling(),
    onAway: (isAway) => notes.showAway(isAway),
    now: () => Date.now() / 1000,
  });
  const redraw = (): void => {
    palette.forget();
    session.redraw();
  };

  style.axisWidth.onGrown(() => session.redraw());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  document.addEventListener('readings', (event) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what live-page.ts tells
    session.addReadings((event as CustomEvent<readonly LiveReading[]>).detail);
  });
  document.addEventListener('reconnected', () => session.refetch());
  document.addEventListener('refresh', (event) => {
    // The fragment would come without what is drawn in it.
    if (!(event.target instanceof Element) || event.target.id !== 'charts') return;
    event.preventDefault();
    session.show(location.pathname + location.search);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') session.tick();
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') session.tick();
  }, 1000);
  session.start();
  showChosen();
}

const fragment = document.getElementById('charts');
if (fragment !== null) startPage(fragment);
