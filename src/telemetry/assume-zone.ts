import type { Zone } from './zone.ts';
import { parseTimestamp } from './zone.ts';
import { formatMicros } from './format-time.ts';
import { parseTime } from './time.ts';

const UTF8 = { read: new TextDecoder('utf-8', { fatal: true }), write: new TextEncoder() };

/**
 * The payload of a native message, with its times that name no zone taken for those of one; as it is where there are none, or it is no
 * JSON. Where clocks were set back an hour is there twice: it is
 * one of the two.
 */
export function assumeZone(payload: Uint8Array, zone: Zone): Uint8Array {
  let json: unknown;
  try {
    json = JSON.parse(UTF8.read.decode(payload));
  } catch {
    return payload;
  }
  let isChanged = false;
  const items = (Array.isArray(json) ? json : [json]).map((item: unknown) => {
    const time = timeWithoutZone(item);
    if (time === undefined) return item;
    const known = parseTimestamp(time, zone);
    if (known === undefined) return item;
    isChanged = true;
    return { ...(item as object), time: formatMicros(known) };
  });
  return isChanged ? UTF8.write.encode(JSON.stringify(Array.isArray(json) ? items : items[0])) : payload;
}

function timeWithoutZone(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('time' in item)) return undefined;
  const { time } = item;
  if (typeof time !== 'string') return undefined;
  const parsed = parseTime(time);
  return typeof parsed === 'object' && parsed.reason === 'time-without-zone' ? time : undefined;
}
