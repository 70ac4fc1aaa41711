import { UsageError } from './command.ts';

/** As large as the column is. */
export const LARGEST_CHANNEL_ID = 2_147_483_647;

/** The number of a channel, as it is typed; `undefined` if it can't be one. */
export function parseChannelId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= LARGEST_CHANNEL_ID ? id : undefined;
}

/** The channel that a command is about, which is its first operand. @throws UsageError */
export function channelIdOf([given = '']: readonly string[]): number {
  const id = parseChannelId(given);
  if (id === undefined)
    throw new UsageError([`ID must be the number of a channel, 1 to ${LARGEST_CHANNEL_ID}.`]);
  return id;
}
