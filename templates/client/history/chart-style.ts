// What lines look like: colours come from the styles of the page, so that they follow its theme.

/** Dashes by style, beside the colour: no line is known by its colour alone. In pixels of the page. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [10, 5],
  [2, 5],
  [12, 4, 2, 4],
  [5, 3, 1, 3, 1, 3],
  [5, 5],
];

export function dashOf(style: number): readonly number[] {
  return DASHES[style % DASHES.length] ?? [];
}

/** The value of a CSS variable of the page, as it is now. */
export type Colour = (variable: string) => string;

/** Asks the page once for each variable, until told to forget: while charts are drawn they ask many times. */
export interface Palette {
  readonly colour: Colour;
  forget(): void;
}

export function createPalette(): Palette {
  const known = new Map<string, string>();
  return {
    colour(variable) {
      let value = known.get(variable);
      if (value === undefined) {
        value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
        known.set(variable, value);
      }
      return value;
    },
    forget: () => known.clear(),
  };
}

export function lineVariable(style: number): string {
  return `--line-${style % DASHES.length}`;
}
