/** Which unit the values of each quantity are shown in. There is one object for each combination. */
export interface UnitSystem {
  /** `metric`, `imperial`, or the units, as {@link parseUnitSystem} reads them: `c,kmh,hpa,mm`. */
  readonly key: string;
  /** From a unit that a series may have to the one that it is shown in; all others stay as they are. */
  readonly targets: ReadonlyMap<string, string>;
}

/** A unit that may be chosen. */
interface Choice {
  /** How it is called in addresses. */
  readonly token: string;
  readonly unit: string;
  /** What else is converted along with it. */
  readonly along?: Readonly<Record<string, string>>;
  /** Units that stay as they are with it, though they could be converted. */
  readonly keeps?: readonly string[];
}

/** What is chosen among, by quantity; of each the first is metric. */
export const QUANTITIES: readonly {
  readonly name: 'temperature' | 'wind' | 'pressure' | 'rain';
  /** The units that are converted. */
  readonly from: readonly string[];
  readonly choices: readonly Choice[];
}[] = [
  {
    name: 'temperature',
    from: ['°C', '°F'],
    choices: [
      { token: 'c', unit: '°C' },
      { token: 'f', unit: '°F' },
    ],
  },
  {
    name: 'wind',
    from: ['m/s', 'km/h', 'mph', 'kn'],
    choices: [
      { token: 'ms', unit: 'm/s' },
      { token: 'kmh', unit: 'km/h' },
      { token: 'mph', unit: 'mph' },
      { token: 'kn', unit: 'kn' },
    ],
  },
  {
    name: 'pressure',
    from: ['hPa', 'Pa', 'kPa', 'inHg', 'mmHg'],
    choices: [
      { token: 'hpa', unit: 'hPa' },
      { token: 'inhg', unit: 'inHg' },
    ],
  },
  {
    name: 'rain',
    from: ['mm', 'cm', 'in'],
    choices: [
      { token: 'mm', unit: 'mm', along: { 'in/h': 'mm/h' }, keeps: ['cm'] },
      { token: 'in', unit: 'in', along: { 'mm/h': 'in/h' } },
    ],
  },
];

const METRIC_TOKENS = QUANTITIES.map(({ choices }) => choices[0]!.token);
const IMPERIAL_TOKENS = ['f', 'mph', 'inhg', 'in'];

const SYSTEMS: ReadonlyMap<string, UnitSystem> = new Map(
  combinations(QUANTITIES.map(({ choices }) => choices)).map((chosen) => {
    const tokens = chosen.map(({ token }) => token).join(',');
    return [tokens, { key: keyOf(tokens), targets: targetsOf(chosen) }];
  }),
);

export const METRIC: UnitSystem = SYSTEMS.get(METRIC_TOKENS.join())!;
export const IMPERIAL: UnitSystem = SYSTEMS.get(IMPERIAL_TOKENS.join())!;

/**
 * Reads `metric`, `imperial`, or any of `c f ms kmh mph kn hpa inhg mm in`, or several of these with commas between them, of which
 * later ones outdo earlier ones. Units may be written as they are shown, too: `km/h`.
 * @param base what holds for quantities that are not named
 * @returns `undefined` for anything else
 */
export function parseUnitSystem(text: string, base: UnitSystem = METRIC): UnitSystem | undefined {
  let tokens = tokensOf(base);
  for (const part of text.split(',', MOST_PARTS)) {
    const token = part.trim().toLowerCase().replaceAll(/[°/]/g, '');
    if (token === 'metric') tokens = METRIC_TOKENS;
    else if (token === 'imperial') tokens = IMPERIAL_TOKENS;
    else {
      const place = QUANTITIES.findIndex(({ choices }) => choices.some((choice) => choice.token === token));
      if (place === -1) return undefined;
      tokens = tokens.with(place, token);
    }
  }
  return SYSTEMS.get(tokens.join());
}

/**
 * The units that somebody chooses with such a text, as tokens, one of a quantity at most.
 * @returns `undefined` for what {@link parseUnitSystem} does not understand
 */
export function chosenTokens(text: string): readonly string[] | undefined {
  const [metric, imperial] = [METRIC, IMPERIAL].map((base) => {
    const system = parseUnitSystem(text, base);
    return system && tokensOf(system);
  });
  // What comes out the same whatever held before was chosen.
  return imperial && metric?.filter((token, place) => token === imperial[place]);
}

/** Whether one of the tokens is for the quantity of a unit, and so decides what it is shown in. */
export function isDecided(unit: string, tokens: readonly string[]): boolean {
  return QUANTITIES.some(
    ({ from, choices }) =>
      (from.includes(unit) || choices.some(({ along = {} }) => Object.hasOwn(along, unit))) &&
      choices.some(({ token }) => tokens.includes(token)),
  );
}

/** How a unit that may be chosen is called in addresses; `undefined` for all others. */
export function tokenOf(unit: string): string | undefined {
  return QUANTITIES.flatMap(({ choices }) => choices).find((choice) => choice.unit === unit)?.token;
}

/** More make no sense. */
const MOST_PARTS = 16;

/** The tokens that are chosen, in the order of {@link QUANTITIES}. */
export function tokensOf({ key }: UnitSystem): readonly string[] {
  if (key === 'metric') return METRIC_TOKENS;
  return key === 'imperial' ? IMPERIAL_TOKENS : key.split(',');
}

function keyOf(tokens: string): string {
  if (tokens === METRIC_TOKENS.join()) return 'metric';
  return tokens === IMPERIAL_TOKENS.join() ? 'imperial' : tokens;
}

function targetsOf(chosen: readonly Choice[]): ReadonlyMap<string, string> {
  return new Map(
    chosen.flatMap(({ unit, along = {}, keeps = [] }, place) => [
      ...(QUANTITIES[place]?.from ?? [])
        .filter((from) => from !== unit && !keeps.includes(from))
        .map((from): [string, string] => [from, unit]),
      ...Object.entries(along),
    ]),
  );
}

/** One of each list, in every combination. */
function combinations<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (begun, list) => begun.flatMap((some) => list.map((next) => [...some, next])),
    [[]],
  );
}
