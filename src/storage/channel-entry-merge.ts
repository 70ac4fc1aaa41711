import type { EntryContent } from '../telemetry/channel-entry.ts';

/** Both in one; `undefined` if they say different things of the same. */
export function merged(one: EntryContent, other: EntryContent): EntryContent | undefined {
  const isConflict =
    Object.entries(other.fields).some(([field, value]) => (one.fields[field] ?? value) !== value) ||
    TEXTS.some((name) => one[name] !== null && other[name] !== null && one[name] !== other[name]);
  if (isConflict) return undefined;
  return {
    fields: { ...one.fields, ...other.fields },
    status: one.status ?? other.status,
    latitude: one.latitude ?? other.latitude,
    longitude: one.longitude ?? other.longitude,
    elevation: one.elevation ?? other.elevation,
  };
}

const TEXTS = ['status', 'latitude', 'longitude', 'elevation'] as const;

/** Whether all of it is said already; of contents that do not conflict. */
export function addsNothing(content: EntryContent, before: EntryContent): boolean {
  return (
    Object.keys(content.fields).every((field) => field in before.fields) &&
    TEXTS.every((name) => content[name] === null || before[name] !== null)
  );
}
