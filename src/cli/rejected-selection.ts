import type { RejectedFilter } from '../storage/rejected-replay.ts';
import { textOption, UsageError, type Values } from './command.ts';

export const SELECTION_OPTIONS = {
  id: {
    type: 'string',
    multiple: true,
    placeholder: 'ID',
    description: 'the message of this number; may be given several times',
  },
  reason: textOption('REASON', 'those that were rejected for it'),
  topic: textOption('TOPIC', 'those that came on it'),
  all: { type: 'boolean', description: 'all of them' },
} as const;

/** @throws UsageError where nothing is selected, or all and something */
export function readSelection(options: Values<typeof SELECTION_OPTIONS>): RejectedFilter {
  const { id: ids, reason, topic, all = false } = options;
  const isNarrowed = ids !== undefined || reason !== undefined || topic !== undefined;
  if (isNarrowed === all) {
    throw new UsageError(['Which ones? Give --id, --reason or --topic, of which all have to fit, or --all.']);
  }
  return { ids: ids?.map(readId), reason, topic };
}

/** @throws UsageError */
export function readId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError([
    `${JSON.stringify(text)} is not the number of a rejected message: see thermograph rejected list.`,
  ]);
}
