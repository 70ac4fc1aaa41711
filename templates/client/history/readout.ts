// The legend of a chart: what each line is, and what it is at the cursor.

import type { ChartData, LineData } from '../../../src/web/pages/history/chart-data.ts';
import { setText } from '../set-text.ts';
import { dashOf, lineVariable } from './chart-style.ts';

/** What a line is at the cursor; `undefined` where it has nothing. */
export type LineReading = { readonly value: string; readonly range: string } | undefined;

export interface Readout {
  readonly element: HTMLElement;
  /** @param time empty while there is no cursor */
  show(time: string, readings: readonly LineReading[]): void;
  /** What it shows, as a sentence. */
  text(): string;
}

export function createReadout({ lines, shape }: Pick<ChartData, 'lines' | 'shape'>): Readout {
  const element = document.createElement('div');
  // The chart is called as its only line is.
  element.className = lines.length > 1 ? 'readout' : 'readout is-single';
  const time = addSpan(element, 'readout-time');
  const list = document.createElement('ul');
  element.append(list);
  const rows = lines.map((line) => {
    const row = document.createElement('li');
    row.append(swatchOf(line, shape));
    addSpan(row, 'readout-label').textContent = line.label;
    const value = addSpan(row, 'readout-value');
    const range = addSpan(row, 'readout-range');
    list.append(row);
    return { row, value, range };
  });
  return {
    element,
    text: () =>
      [time, ...rows.map(({ row }) => row)]
        .map(({ innerText }) => innerText.replaceAll(/\s+/g, ' ').trim())
        .filter((text) => text !== '')
        .join(', '),
    show(shownTime, readings) {
      setText(time, shownTime);
      for (const [index, { value, range }] of rows.entries()) {
        setText(value, readings[index]?.value ?? '');
        setText(range, readings[index]?.range ?? '');
      }
    },
  };
}

function addSpan(parent: Element, className: string): HTMLElement {
  const span = document.createElement('span');
  span.className = className;
  parent.append(span);
  return span;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The line, dots or bar that it is drawn as. */
function swatchOf({ style, kind }: LineData, shape: ChartData['shape']): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('viewBox', '0 0 26 8');
  svg.setAttribute('aria-hidden', 'true');
  const colour = `var(${lineVariable(style)})`;
  const isFilled = shape === 'lines' || kind === 'earlier' ? 'none' : colour;
  const attributes = {
    d: SWATCHES[shape],
    fill: isFilled,
    stroke: colour,
    'stroke-width': shape === 'lines' && kind !== 'earlier' ? '2' : '1.5',
    'stroke-dasharray': shape === 'lines' ? dashOf(style).join(' ') : '',
  };
  for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

const SWATCHES: Readonly<Record<ChartData['shape'], string>> = {
  lines: 'M1 4h24',
  dots: [4, 13, 22].map((x) => `M${x - 2} 4a2 2 0 1 0 4 0a2 2 0 1 0 -4 0`).join(''),
  bars: 'M5 1h16v6h-16z',
};
