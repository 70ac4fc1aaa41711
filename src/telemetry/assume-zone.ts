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
    if (!hasTimeWithoutZone(item)) return item;
    const time = parseTimestamp(item.time, zone);
    if (time === undefined) return item;
    isChanged = true;
    return { ...item, time: formatMicros(time) };
  });
  return isChanged ? UTF8.write.encode(JSON.stringify(Array.isArray(json) ? items : items[0])) : payload;
}

function hasTimeWithoutZone(item: unknown): item is { readonly time: string } {
  if (typeof item !== 'object' || item === null || !('time' in item) || typeof item.time !== 'string')
    return false;
  const parsed = parseTime(item.time);
  return typeof parsed === 'object' && parsed.reason === 'time-without-zone';
}
