import type { Micros } from './reading.ts';

/** A stretch of time: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: Micros;
  readonly to: Micros;
}

/** What is left of a span without the holes, which may come in any order and overlap. In order; nothing empty. */
export function subtractSpans(span: Span, holes: readonly Span[]): Span[] {
  const left: Span[] = [];
  let { from } = span;
  for (const hole of holes.toSorted((a, b) => a.from - b.from)) {
    if (hole.from > from) push(left, { from, to: Math.min(hole.from, span.to) });
    from = Math.max(from, hole.to);
  }
  push(left, { from, to: span.to });
  return left;
}

function push(spans: Span[], span: Span): void {
  if (span.from < span.to) spans.push(span);
}
