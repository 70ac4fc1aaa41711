import { createImporter } from '../storage/import-readings.ts';
import { countFitting } from '../storage/rejected-replay.ts';
import { parseTopic } from '../telemetry/topic.ts';
import { namedZone, type Zone } from '../telemetry/zone.ts';
import { type Command, JSON_OPTION, PartlyDoneError, textOption, UsageError } from './command.ts';
import { countOf, countText, createProgress, isOrAre, storedText } from './progress.ts';
import { readSelection, SELECTION_OPTIONS } from './rejected-selection.ts';
import { replayMessages, type ReplayTotals } from './replay-messages.ts';

const OPTIONS = {
  ...SELECTION_OPTIONS,
  as: textOption('TOPIC', 'what they are taken to have come on, where the topic was wrong'),
  'time-zone': textOption('ZONE', 'the zone of times that name none, such as Europe/Paris'),
  'dry-run': { type: 'boolean', description: 'store nothing, and say what would be understood' },
  json: JSON_OPTION,
} as const;

export const rejectedReplay: Command<typeof OPTIONS> = {
  name: 'rejected replay',
  operands: [],
  summary: 'Reads rejected messages once more, and stores what is understood now',
  details: `After an upgrade that understands more, or with what was missing. Readings without a time of their own are of the time when their
message came. A message is taken away once all of it is stored; what is still not understood stays, and the exit code is 3.

  rejected replay --reason time-without-zone --time-zone Europe/Paris
  rejected replay --topic home/garden/temp --as stations/garden/temperature --dry-run

With --json: {"messages","replayed","stored","duplicates","stillRejected","reasons"}`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { options } = context;
    const filter = readSelection(options);
    const as = { topic: readTopic(options.as), zone: readZone(options['time-zone']) };
    const { pool } = await context.database();
    const count = await countFitting(pool, filter);
    const isDry = options['dry-run'] === true;
    const importer = isDry ? undefined : await createImporter(pool);
    const progress = createProgress({ screen: context.stderr, isQuiet: options.json === true });
    const totals = await replayMessages({
      pool,
      importer,
      filter,
      as,
      signal: context.signal,
      onProgress: ({ messages, stored, duplicates }) =>
        progress.show(Math.min(messages / count, 1), stored + duplicates),
    }).finally(() => progress.end());
    await importer?.announce();
    const stillRejected = totals.messages - totals.replayed;
    if (options.json) {
      const reasons = Object.fromEntries(totals.reasons);
      context.print(JSON.stringify({ ...totals, stillRejected, reasons }));
    } else if (totals.messages === 0)
      context.tell('There is no such message: see thermograph rejected list.');
    else context.print(isDry ? dryText(totals) : doneText(totals));
    if (stillRejected > 0) throw new PartlyDoneError(stillText(totals, stillRejected));
  },
};

function dryText({ messages, replayed, stored }: ReplayTotals): string {
  return `Of ${countOf(messages, 'message')} ${countText(replayed)} would be understood, with ${countOf(stored, 'reading')}. Nothing was stored.`;
}

function doneText({ messages, replayed, stored, duplicates }: ReplayTotals): string {
  return [
    `Of ${countOf(messages, 'message')} ${countText(replayed)} ${isOrAre(replayed)} understood now:`,
    `${storedText({ stored, duplicates })}.`,
  ].join(' ');
}

function stillText({ reasons }: ReplayTotals, count: number): string {
  const list = [...reasons].map(([reason, messages]) => `${reason} ${countText(messages)}`).join(', ');
  return `Still rejected, in whole or in part: ${countText(count)} (${list}).`;
}

/** @throws UsageError */
function readTopic(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const topic = parseTopic(given);
  if (topic.kind === 'metric' || topic.kind === 'station') return given;
  throw new UsageError([
    `--as must be a topic of readings, such as stations/garden/temperature, and not ${JSON.stringify(given)}.`,
  ]);
}

/** @throws UsageError */
function readZone(given: string | undefined): Zone | undefined {
  if (given === undefined) return undefined;
  const zone = namedZone(given);
  if (zone !== undefined) return zone;
  throw new UsageError([
    `--time-zone ${JSON.stringify(given)} is not the name of a time zone, such as Europe/Paris.`,
  ]);
}
