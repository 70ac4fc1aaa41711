import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { SeriesDay } from '../../telemetry/series-day.ts';
import type { ChosenUnits } from '../choices.ts';
import type { Locale } from '../locales.ts';

/** When stations are looked at, and for whom. */
export interface Viewpoint extends Locale, ChosenUnits {
  readonly now: Micros;
  /** Days in the owner's time zone. */
  readonly days: LocalDays;
  readonly day: (station: string, metric: string) => SeriesDay | undefined;
}
