import type { Format } from './answer.ts';

/** What stands behind `/channels/{id}/`. */
export interface ReadAddress {
  readonly what: 'feeds' | 'last' | 'entry';
  /** Only what boards said of themselves, and no fields. */
  readonly isStatus: boolean;
  /** 1 to 8, where only one is asked for. */
  readonly field: number | undefined;
  readonly entryId: number;
  /** `text`: there is no extension, or `.txt`. */
  readonly format: Format;
}

const ADDRESS =
  /^(?:(?<all>feeds?)|fields?\/(?<field>[1-8])|(?<status>status))(?:\/(?:(?<last>last)|(?:entry\/)?(?<entry>\d{1,15})))?(?:\.(?<extension>json|csv|xml|txt))?$/;

/** `undefined`: nothing answers there. */
export function parseReadAddress(rest: string): ReadAddress | undefined {
  const parts = ADDRESS.exec(rest)?.groups;
  if (parts === undefined) return undefined;
  const { field, status, last, entry, extension } = parts;
  if (entry !== undefined && (field !== undefined || status !== undefined)) return undefined;
  const format = extension === 'json' || extension === 'csv' || extension === 'xml' ? extension : 'text';
  return {
    what: entry !== undefined ? 'entry' : last !== undefined ? 'last' : 'feeds',
    isStatus: status !== undefined,
    field: field === undefined ? undefined : Number(field),
    entryId: Number(entry ?? 0),
    format,
  };
}
