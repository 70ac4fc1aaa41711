import { parseUnitSystem, QUANTITIES, tokensOf } from '../../telemetry/unit-system.ts';
import { type ChosenUnits, type Theme, THEMES, USUAL } from '../choices.ts';
import type { Words } from '../words.ts';
import type { PageLink } from './frame.ts';

/** A choice among a few, each a link. */
export interface LinkGroup {
  readonly id: string;
  readonly name: string;
  readonly links: readonly PageLink[];
}

/** What is chosen now. */
interface Chosen extends ChosenUnits {
  readonly theme: Theme;
  readonly words: Words;
}

/**
 * How pages may be shown: units and colours. They are links, for that works without scripts.
 * @param here the address that is open, with a parameter set
 */
export function displayLinks(
  { units, chosen, theme, words }: Chosen,
  here: (name: string, value: string) => string,
): readonly LinkGroup[] {
  const shown = tokensOf(units);
  const systems = (['metric', 'imperial'] as const).map((key) => ({
    label: words.text(`display.${key}`),
    href: here('units', key),
    current: chosen.length > 0 && parseUnitSystem(key) === units,
  }));
  const usual = {
    label: words.text('display.usual'),
    href: here('units', USUAL),
    current: chosen.length === 0,
  };
  return [
    { id: 'display-units', name: words.text('display.units'), links: [...systems, usual] },
    ...QUANTITIES.map(({ name, choices }) => ({
      id: `display-${name}`,
      name: words.text(`display.${name}`),
      links: choices.map(({ token, unit }) => ({
        label: unit,
        href: here('units', token),
        current: shown.includes(token),
      })),
    })),
    {
      id: 'display-theme',
      name: words.text('display.theme'),
      links: THEMES.map((one) => ({
        label: words.text(`display.theme.${one}`),
        href: here('theme', one),
        current: one === theme,
      })),
    },
  ];
}
