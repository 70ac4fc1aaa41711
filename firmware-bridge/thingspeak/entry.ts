import type { EntryContent, Mistake } from '../../src/telemetry/channel-entry.ts';
import { quote } from '../../src/telemetry/quote.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { ContentError } from './errors.ts';
import { oneOf, type Parameters } from './parameters.ts';
import { trustedTime } from './trusted-time.ts';
import { namedZone, parseTimestamp, UTC, type Zone } from '../../src/telemetry/zone.ts';

export const FIELDS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
/** As ThingSpeak has it, for a field, a status or a place; what is read back is thousands of them. */
const MAX_VALUE_BYTES = 255;

/** Or that there is nothing in it, or what can't be stored. */
export function contentOf(given: Parameters): EntryContent | ContentError {
  const fields: Record<string, string> = {};
  for (const field of FIELDS) {
    const value = oneOf(given, `field${field}`, String(field));
    if (value !== undefined) fields[field] = value.replace(/[\r\n]+$/, '');
  }
  const content = {
    fields,
    status: given.get('status') ?? null,
    latitude: oneOf(given, 'lat', 'latitude') ?? null,
    longitude: oneOf(given, 'long', 'longitude') ?? null,
    elevation: given.get('elevation') ?? null,
  };
  const texts = [
    ...Object.values(fields),
    content.status,
    content.latitude,
    content.longitude,
    content.elevation,
  ];
  if (texts.every((text) => text === null)) {
    return new ContentError(421, 'value-missing', 'there is no field, status or location');
  }
  if (texts.some((text) => text !== null && Buffer.byteLength(text) > MAX_VALUE_BYTES)) {
    return new ContentError(413, 'value-too-long', `a value is longer than ${MAX_VALUE_BYTES} bytes`);
  }
  // PostgreSQL keeps neither.
  if (texts.some((text) => text !== null && /\0|\p{Cs}/u.test(text))) {
    return new ContentError(422, 'payload-not-understood', 'a value holds NUL or half of a surrogate pair');
  }
  return content;
}

/**
 * The time that the request names; `undefined` if it names none, or one that can't be: before 2000, more than five minutes
 * ahead, or not a time at all.
 */
export function ownTimeOf(given: Parameters, now: Micros): Micros | undefined {
  const text = given.get('created_at');
  if (text === undefined) return undefined;
  const time = parseTimestamp(text, zoneOf(given) ?? UTC);
  const trusted = time === undefined ? undefined : trustedTime(time, now);
  return typeof trusted === 'number' ? trusted : undefined;
}

/** `undefined`: it is named, and there is none of that name. */
function zoneOf(given: Parameters): Zone | undefined {
  const name = given.get('timezone');
  return name === undefined ? UTC : namedZone(name);
}

const WITHOUT_SIGN =
  'a board sends a field without "=": write field1=21.06, not field121.06; that value is not stored';
const TIME_IMPOSSIBLE =
  "a board sends a created_at that can't be; its entries are of the time of their receipt";

const ZONE_UNKNOWN =
  'a board names a timezone that is not known; its created_at is taken for UTC where it says no zone itself';

/** What is wrong and lets the rest be understood. @param ownTime see {@link ownTimeOf} */
export function mistakesOf(given: Parameters, ownTime: Micros | undefined): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const withoutSign = [...given].find(([name, value]) => value === '' && /^field[1-8].+/.test(name));
  if (withoutSign !== undefined)
    mistakes.push({ what: WITHOUT_SIGN, facts: { parameter: quote(withoutSign[0]) } });
  const text = given.get('created_at');
  if (text !== undefined && ownTime === undefined)
    mistakes.push({ what: TIME_IMPOSSIBLE, facts: { createdAt: quote(text) } });
  const timezone = given.get('timezone');
  if (text !== undefined && timezone !== undefined && zoneOf(given) === undefined)
    mistakes.push({ what: ZONE_UNKNOWN, facts: { timezone: quote(timezone) } });
  return mistakes;
}
