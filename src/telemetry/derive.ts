import { dewPoint, feelsLike } from './comfort.ts';
import { convertUnit } from './units.ts';

/** A newest reading; times in whatever unit, if in the same one. */
interface Part {
  readonly metric: string;
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: number;
}

/** What follows from readings of one station. */
export interface DerivedReading {
  readonly metric: 'feels_like' | 'dew_point';
  readonly value: number;
  readonly unit: '°C';
  /** That of the oldest reading that it rests on. */
  readonly measuredAt: number;
}

/**
 * Dew point and how warm it feels, where a station measures what they follow from and does not send them itself.
 * @param furthest how far the times of two readings may be apart to tell of the same air
 */
export function deriveReadings(latest: readonly Part[], furthest: number): readonly DerivedReading[] {
  const part = (metric: string, unit: string): { value: number; measuredAt: number } | undefined => {
    const found = latest.find((one) => one.metric === metric);
    if (found === undefined || found.unit === null) return undefined;
    const value = convertUnit(found.value, found.unit, unit);
    return value === undefined ? undefined : { value, measuredAt: found.measuredAt };
  };
  const temperature = part('temperature', '°C');
  if (temperature === undefined) return [];
  const near = (metric: string, unit: string): ReturnType<typeof part> => {
    const found = part(metric, unit);
    return found && Math.abs(found.measuredAt - temperature.measuredAt) <= furthest ? found : undefined;
  };
  const humidity = near('humidity', '%');
  const wind = near('wind_speed', 'm/s');
  const derived: DerivedReading[] = [];
  const add = (metric: DerivedReading['metric'], value: number | undefined, besides: typeof wind): void => {
    if (value === undefined || latest.some((one) => one.metric === metric)) return;
    const measuredAt = Math.min(temperature.measuredAt, besides?.measuredAt ?? temperature.measuredAt);
    derived.push({ metric, value, unit: '°C', measuredAt });
  };
  const feels = feelsLike(temperature.value, { humidity: humidity?.value, windSpeed: wind?.value });
  add('feels_like', feels, temperature.value <= 10 ? wind : humidity);
  if (humidity !== undefined) add('dew_point', dewPoint(temperature.value, humidity.value), humidity);
  return derived;
}
