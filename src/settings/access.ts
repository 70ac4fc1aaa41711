import { isLoopback } from '../transport/loopback.ts';
import { boolean, type Environment, integer, type Setting } from './setting.ts';
import { origins } from './values.ts';

/** Who may do what. */
export interface AccessSettings {
  readonly allowAnonymous: boolean;
  readonly isPrivate: boolean;
  /** Of each address. */
  readonly wrongSecretsPerMinute: number;
  /** Of pages that may frame ours. */
  readonly frameAncestors: readonly string[];
}

export const ACCESS_SETTINGS: { readonly [Key in keyof AccessSettings]: Setting<AccessSettings[Key]> } = {
  allowAnonymous: {
    env: 'ALLOW_ANONYMOUS',
    isCommon: true,
    default: '',
    allowed: '`true` or `false`',
    description:
      'Whether everyone may publish and subscribe without a credential. Unset: only while `HOST` is this machine itself, `TRUST_PROXY` names nobody and `PRIVATE` is off.',
    read: (text, env) => (text === undefined ? isAmongOurselves(env) : boolean(text)),
  },
  isPrivate: {
    env: 'PRIVATE',
    isCommon: true,
    default: 'false',
    allowed: '`true` or `false`',
    description:
      'Whether pages and JSON are only for those who log in or show a secret. Otherwise whoever reaches them may read.',
    read: (text) => boolean(text ?? 'false'),
  },
  wrongSecretsPerMinute: {
    env: 'WRONG_SECRETS_PER_MINUTE',
    default: '20',
    allowed: '1 or more',
    description:
      'How many wrong secrets an address may show a minute before it is told to wait. A right one is always taken.',
    read: (text) => integer(text ?? '20', 1),
  },
  frameAncestors: {
    env: 'FRAME_ANCESTORS',
    default: '',
    allowed: 'origins such as `http://homeassistant.local:8123`, separated by commas',
    description:
      'Whose pages may show ours in a frame, a dashboard say. With `PRIVATE` a frame shows the login page alone.',
    read: origins,
  },
};

/** Whether only this machine can reach the service: not through a proxy either, and nobody wants it locked. */
function isAmongOurselves(env: Environment): boolean {
  const isPrivate = env['PRIVATE'] === 'true';
  return isLoopback(env['HOST'] || '127.0.0.1') && !env['TRUST_PROXY'] && !isPrivate;
}
