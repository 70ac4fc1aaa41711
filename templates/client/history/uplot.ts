/*!
 * uPlot 1.6.32 (https://github.com/leeoniya/uPlot)
 *
 * The MIT License (MIT)
 *
 * Copyright (c) 2022 Leon Sorokin
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
 * "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
 * distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
 * the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
 * MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
 * ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
 * THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */

import uPlot from 'uplot';

export const Plot = uPlot;

/** What uPlot's types leave out: whether the cursors of other plots follow. */
interface Cursored {
  setCursor(place: { readonly left: number; readonly top: number }, fire: boolean, publish: boolean): void;
}

/** Moves the cursor of a plot, and of all that are joined to it. */
export function moveCursor(plot: uPlot, left: number): void {
  const cursored: Cursored = plot;
  cursored.setCursor({ left, top: plot.over.clientHeight / 2 }, true, true);
}

/** uPlot's arrays as what they are here: it is given no typed ones. */
export function timesOf(plot: uPlot): readonly number[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return plot.data[0] as readonly number[];
}

export function columnOf(plot: uPlot, series: number): readonly (number | null | undefined)[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return (plot.data[series] ?? []) as readonly (number | null | undefined)[];
}
