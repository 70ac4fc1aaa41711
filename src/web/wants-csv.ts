/**
 * Whether CSV is asked for: by `format`, or else by what a client accepts. One that takes JSON, too, gets that; so does one that
 * takes anything.
 */
export function wantsCsv(format: 'json' | 'csv' | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  const items = (accept ?? '').split(',');
  const types = new Set(items.map((item) => item.split(';', 1)[0]!.trim().toLowerCase()));
  return types.has('text/csv') && !types.has('application/json');
}
