/** Those that pages come in; each has its file in templates/strings. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** What a browser would rather have, of `Accept-Language`; `undefined` if it wants none of ours. */
export function preferredLanguage(header: string | undefined): Language | undefined {
  const wanted = (header ?? '').split(',').map((part) => {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
    return { language: range.split('-', 1)[0], quality: Number(quality ?? 1) };
  });
  // Of equals the first: sorting is stable.
  const sorted = wanted.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  return sorted.map(({ language }) => language).find(isLanguage);
}
