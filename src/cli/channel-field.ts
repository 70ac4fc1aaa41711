import type { ChannelField } from '../storage/channels-query.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import type { Option, Values } from './command.ts';

const FIELD_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const field = (number: number) =>
  ({
    type: 'string',
    placeholder: 'STATION:METRIC[:LABEL]',
    description: `the series that numbers of field ${number} go to`,
  }) as const satisfies Option;

export const FIELD_OPTIONS = {
  field1: field(1),
  field2: field(2),
  field3: field(3),
  field4: field(4),
  field5: field(5),
  field6: field(6),
  field7: field(7),
  field8: field(8),
} as const;

/** @param mistakes is added to */
export function parseFields(
  options: Values<typeof FIELD_OPTIONS>,
  mistakes: string[],
): readonly ChannelField[] {
  const fields = FIELD_NUMBERS.flatMap((number) => parseField(number, options, mistakes));
  const series = new Set(fields.map(({ station, metric }) => `${station}:${metric}`));
  if (series.size < fields.length) mistakes.push('Two fields go to the same series.');
  return fields;
}

/** Whether any was given, rightly or not. */
export function hasFieldOption(options: Values<typeof FIELD_OPTIONS>): boolean {
  return FIELD_NUMBERS.some((number) => options[`field${number}`] !== undefined);
}

/** None or one. */
function parseField(
  number: (typeof FIELD_NUMBERS)[number],
  options: Values<typeof FIELD_OPTIONS>,
  mistakes: string[],
): readonly ChannelField[] {
  const given = options[`field${number}`];
  if (given === undefined) return [];
  const [station = '', metric = '', ...label] = given.split(':');
  if (isStationName(station) && isMetricName(metric)) {
    return [{ field: number, station, metric, label: label.join(':') || `${station} ${metric}` }];
  }
  mistakes.push(`--field${number} must be a station and a metric, such as outside:temperature.`);
  return [];
}
