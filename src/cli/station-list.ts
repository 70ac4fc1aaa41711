import { readCredentials } from '../storage/credentials-query.ts';
import { type LatestRow, readLatest } from '../storage/latest-query.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { type Command, JSON_OPTION } from './command.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

export const stationList: Command<typeof OPTIONS> = {
  name: 'station list',
  operands: [],
  summary: 'Shows the stations, whether each has a credential, and its last reading',
  details: `Stations that have published, and those that have a credential. Times are UTC.

With --json: {"stations":[{"station","hasCredential","lastReadingAt"}]}; lastReadingAt is the newest reading's own time,
or null where there is none.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { pool } = await context.database();
    const [latest, credentials] = await Promise.all([readLatest(pool), readCredentials(pool)]);
    const withCredential = new Set(
      credentials.filter(({ kind }) => kind === 'station').map(({ name }) => name),
    );
    const lastReadings = lastReadingOfEach(latest);
    const names = [...new Set([...lastReadings.keys(), ...withCredential])].toSorted();
    const stations = names.map((station) => ({
      station,
      hasCredential: withCredential.has(station),
      lastReadingAt: lastReadings.get(station) ?? null,
    }));
    if (context.options.json) return context.print(JSON.stringify({ stations }));
    if (stations.length === 0)
      return context.tell('There are no stations yet. Make one: thermograph station add NAME');
    const rows = stations.map(({ station, hasCredential, lastReadingAt }) => [
      station,
      hasCredential ? 'yes' : 'no',
      lastReadingAt ?? '-',
    ]);
    context.print(alignColumns([['STATION', 'CREDENTIAL', 'LAST READING'], ...rows]));
  },
};

/** As ISO 8601; `null` for stations that have never sent one. */
function lastReadingOfEach(latest: readonly LatestRow[]): ReadonlyMap<string, string | null> {
  const newest = new Map<string, number | null>();
  for (const { station, measuredAt } of latest) {
    const known = newest.get(station) ?? null;
    newest.set(station, known !== null && known > (measuredAt ?? known) ? known : (measuredAt ?? known));
  }
  return new Map([...newest].map(([station, time]) => [station, time === null ? null : formatMicros(time)]));
}
