import { createChartDates } from '../../../src/web/chart-dates.ts';
import type { Words } from '../../../src/web/words.ts';
import { createAxisWidth } from './axis-width.ts';
import type { Palette } from './chart-style.ts';
import type { PlotStyle } from './plot-options.ts';
import type { PlotTexts } from './plot-texts.ts';
import { createTickLabels } from './tick-labels.ts';
import { createTimeTicks } from './time-ticks.ts';

/** Letters of axes, beside those of the page. */
const FONT_SHARE = 0.75;

/** How charts look on this page. @param timeZone that of the owner */
export function pageStyle(timeZone: string, words: Words, texts: PlotTexts, palette: Palette): PlotStyle {
  const { fontSize, fontFamily } = getComputedStyle(document.documentElement);
  const size = Math.round(Number.parseFloat(fontSize) * FONT_SHARE);
  const font = `${size}px ${fontFamily}`;
  return {
    colour: palette.colour,
    fontSize: size,
    font,
    axisWidth: createAxisWidth(font),
    ticks: createTimeTicks(timeZone),
    labels: createTickLabels(createChartDates(timeZone, words.locale)),
    number: (value, decimals) => texts.number(value, decimals),
    directions: [
      words.text('compass.n'),
      words.text('compass.e'),
      words.text('compass.s'),
      words.text('compass.w'),
    ],
  };
}
