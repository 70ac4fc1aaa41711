import { resolve } from 'node:path';

/** What is wrong with the text of a setting. */
export class Mistake extends Error {}

/** The environment, as the settings are read from it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Mistake */
export function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new Mistake('not a port from 0 to 65535');
  return number;
}

/**
 * A port that is off unless it is set.
 * @throws Mistake
 */
export function tlsPort(text: string | undefined, env: Environment): number | undefined {
  if (text === undefined) return undefined;
  if (!env['TLS_CERT_FILE'] && !env['TLS_KEY_FILE']) {
    throw new Mistake('needs a certificate: set TLS_CERT_FILE and TLS_KEY_FILE');
  }
  return port(text);
}

/**
 * One of the two files of a certificate; they come as a pair.
 * @throws Mistake
 */
export function tlsFile(text: string | undefined, env: Environment, other: string): string | undefined {
  if (text === undefined && env[other]) throw new Mistake(`not set, and ${other} is of no use alone`);
  return text === undefined ? undefined : resolve(text);
}
