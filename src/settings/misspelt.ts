import { nearest } from '../closest.ts';
import { SETTINGS } from '../config.ts';
import type { Environment } from './setting.ts';

/** Words of capitals with underscores between them, as most settings are. */
const SHAPE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
/** From this length on two slips are more likely than another program's variable: `HTTP_HOST` is no `HTTP_PORT`. */
const LONG = 12;

/**
 * Names in the environment that are nearly those of settings which are not set, as sentences. The environment is everybody's: what may
 * well be meant for another program is passed over.
 */
export function misspeltSettings(env: Environment): readonly string[] {
  const names = SETTINGS.map((setting) => setting.env);
  const unset = names.filter((name) => !env[name]);
  const withoutGaps = new Map(unset.map((name) => [name.replaceAll('_', ''), name]));
  return Object.keys(env).flatMap((name) => {
    if (names.includes(name)) return [];
    const meant = withoutGaps.get(name.replaceAll('_', '')) ?? slipped(name, unset);
    return meant === undefined ? [] : [`${name} is not a setting; did you mean ${meant}?`];
  });
}

/** The first letter is seldom wrong, and tells `SSL_CERT_FILE` from `TLS_CERT_FILE`. */
function slipped(name: string, settings: readonly string[]): string | undefined {
  if (!SHAPE.test(name)) return undefined;
  const candidates = settings.filter((setting) => SHAPE.test(setting) && setting[0] === name[0]);
  return nearest(name, candidates, name.length < LONG ? 1 : 2);
}
