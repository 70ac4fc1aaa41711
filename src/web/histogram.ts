/** How often values were at most so large; as Prometheus reads it. */
export interface Histogram {
  /** Cheap: once for each message that is acknowledged, where prom-client's takes 0.3 µs. */
  observe(value: number): void;
  /** In the text format, version 0.0.4. */
  text(): string;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of its buckets, inclusive, in rising order. */
  readonly bounds: readonly number[];
}

export function createHistogram({ name, help, bounds }: HistogramOptions): Histogram {
  // The last is for what is above all bounds.
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  let sum = 0;
  return {
    observe(value) {
      let index = 0;
      while (index < bounds.length && value > bounds[index]!) index += 1;
      counts[index]! += 1;
      sum += value;
    },
    text() {
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      let count = 0;
      for (const [index, upTo] of [...bounds, '+Inf'].entries()) {
        count += counts[index]!;
        lines.push(`${name}_bucket{le="${upTo}"} ${count}`);
      }
      lines.push(`${name}_sum ${sum}`, `${name}_count ${count}`, '');
      return lines.join('\n');
    },
  };
}
