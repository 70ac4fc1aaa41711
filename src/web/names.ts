import { memoize } from '../telemetry/memoize.ts';
import type { Decimals, Strings, TextKey, Words } from './words.ts';

const DECIMALS: Readonly<Record<string, Decimals>> = {
  '°C': '1',
  '°F': '1',
  hPa: '1',
  inHg: '2',
  'm/s': '1',
  'km/h': '1',
  mph: '1',
  kn: '1',
  mm: '1',
  'mm/h': '1',
  in: '2',
  'in/h': '2',
};

/** By powers of a thousand. */
const BYTES = ['bytes.0', 'bytes.1', 'bytes.2', 'bytes.3', 'bytes.4'] as const;

export function decimalsOf(unit: string | null): Decimals {
  return unit !== null && Object.hasOwn(DECIMALS, unit) ? DECIMALS[unit]! : 'trimmed';
}

/** How things that have a name of their own in topics and counters are called on pages. */
export interface Names {
  /** `wind_speed` as a person would write it: `Wind speed`; `temperature.soil`: `Temperature, soil`. */
  metric(metric: string): string;
  /** `messages_received` as `Messages received`. */
  counter(counter: string): string;
  /** `3.4 MB`; decimal, as disks are sold. */
  bytes(bytes: number): string;
  /** `12 ms`, `3.4 s`, `7 min` */
  duration(milliseconds: number): string;
}

export function createNames(strings: Strings, words: Words): Names {
  const known = (section: string, name: string): string => {
    const key = `${section}.${name}`;
    return isKey(strings, key) ? strings[key] : capitalized(spaced(name));
  };
  return {
    metric: memoize((metric) => {
      const [first = '', ...rest] = metric.split('.').filter((part) => part !== '');
      return [known('metric', first), ...rest.map(spaced)].join(', ');
    }),
    counter: (counter) => known('counter', counter),
    bytes(bytes) {
      const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTES.length - 1);
      const value = bytes / 1000 ** power;
      const count = power === 0 || value >= 100 ? words.whole(Math.round(value)) : words.number(value, '1');
      return words.text(BYTES[power]!, { count });
    },
    duration(milliseconds) {
      if (milliseconds < 1000)
        return words.text('duration.ms', { count: words.whole(Math.round(milliseconds)) });
      const seconds = milliseconds / 1000;
      return seconds < 100
        ? words.text('duration.seconds', { count: words.number(seconds, '1') })
        : words.text('duration.minutes', { count: words.whole(Math.round(seconds / 60)) });
    },
  };
}

/** `messages_received` as `Messages received`: how a counter is called where no language has a name for it. */
export function counterName(counter: string): string {
  return capitalized(spaced(counter));
}

function isKey(strings: Strings, key: string): key is TextKey {
  return Object.hasOwn(strings, key);
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ').trim();
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
