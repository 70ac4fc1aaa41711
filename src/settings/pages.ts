import { parseUnitSystem, type UnitSystem } from '../telemetry/unit-system.ts';
import { LANGUAGES, type Language } from '../web/languages.ts';
import { Mistake, oneOf, type Setting } from './setting.ts';

/** What pages show, and in which units, language and time zone. */
export interface PageSettings {
  readonly units: UnitSystem;
  /** Of pages until a visitor chooses; `undefined`: that of their browser. */
  readonly pageLanguage: Language | undefined;
  readonly timeZone: string;
}

export const PAGE_SETTINGS: { readonly [Key in keyof PageSettings]: Setting<PageSettings[Key]> } = {
  units: {
    env: 'UNITS',
    isCommon: true,
    default: 'metric',
    allowed: '`metric` or `imperial`, with other units behind it as in `metric,km/h`',
    description: 'What pages show until a visitor chooses. Stored values keep their own unit.',
    read: (text) => unitSystem(text ?? 'metric'),
  },
  pageLanguage: {
    env: 'PAGE_LANGUAGE',
    default: '',
    allowed: LANGUAGES.map((language) => `\`${language}\``).join(' or '),
    description:
      'The language of the pages until a visitor chooses. Unset: what their browser asks for, or else English.',
    read: (text) => (text === undefined ? undefined : oneOf(LANGUAGES, text)),
  },
  timeZone: {
    env: 'TIME_ZONE',
    isCommon: true,
    default: '',
    allowed: 'an IANA name such as `Europe/Paris`',
    description:
      'The time zone that pages show times in, and whose days history is summed up by; the same for all nodes. Unset: that of this machine.',
    read: (text) => timeZone(text ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  },
};

function unitSystem(text: string): UnitSystem {
  const units = parseUnitSystem(text);
  if (units === undefined) throw new Mistake('not metric, imperial, or a list such as metric,km/h,inHg');
  return units;
}

function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Mistake('not a time zone such as Europe/Paris');
  }
}
