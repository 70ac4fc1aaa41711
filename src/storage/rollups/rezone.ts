import { createLocalDays, type LocalDay, type LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { remakeDays } from './days.ts';
import { firstHour } from './reach.ts';
import { forAllSeries } from './remake.ts';
import { readRollupState, setTimeZone } from './state.ts';
import type { RollupWork } from './work.ts';

const DAYS_AT_A_TIME = 31;

/**
 * Makes all days anew for another time zone: from readings, or from hours where these have expired or suffice. Until the end there are no
 * days that can be used; what ends it half-way has it begin anew.
 * @throws what the database reports, or the reason of the signal
 */
export async function rezone(work: RollupWork, timeZone: string): Promise<void> {
  const { session, done } = work;
  await setTimeZone(session, null);
  const { rolledUntil } = await readRollupState(session);
  const first = await firstHour(session);
  const localDays = createLocalDays(timeZone);
  await forAllSeries(work, async (seriesIds) => {
    await session.query({ text: 'DELETE FROM rollups_day WHERE series_id = ANY ($1)', values: [seriesIds] });
  });
  for (const days of first === undefined ? [] : inGroups(localDays, first, rolledUntil)) {
    const [from, to] = [days[0]!.start, days.at(-1)!.end];
    await forAllSeries(work, async (seriesIds) => {
      const spans = seriesIds.map((seriesId) => ({ seriesId, from, to }));
      done.days += await remakeDays(session, spans, days);
    });
    work.onProgress?.(to);
  }
  await setTimeZone(session, timeZone);
}

function* inGroups(localDays: LocalDays, from: Micros, to: Micros): Iterable<readonly LocalDay[]> {
  let group: LocalDay[] = [];
  for (let day = localDays.at(from); day.end <= to; day = localDays.at(day.end)) {
    group.push(day);
    if (group.length === DAYS_AT_A_TIME) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
