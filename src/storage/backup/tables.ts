/**
 * Every table of ours, in an order in which each can be filled. Those that a schema has not yet, or no longer, are left out. Roll-ups are
 * among them: the readings that they were made of may have expired.
 */
export const BACKUP_TABLES: readonly string[] = [
  'stations',
  'series',
  'credentials',
  'service_secrets',
  'channels',
  'channel_fields',
  'channel_entries',
  'retention_policies',
  'rejected_messages',
  'rollups_day',
  'rollups_hour',
  'readings',
  'rollup_marks',
  'rollup_state',
  'dropped_partitions',
  'database_sizes',
  'expiry_state',
  'former_stations',
  'removed_series',
];

/** What a service writes down about itself from its first start on: replaced by what a backup has of it. */
export const BOOKKEEPING: ReadonlySet<string> = new Set([
  'service_secrets',
  'rollup_marks',
  'rollup_state',
  'dropped_partitions',
  'database_sizes',
  'expiry_state',
]);

/** The one that is divided by month; a month's part is made when something for it comes. */
export const READINGS = 'readings';
