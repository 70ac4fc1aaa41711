import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Releasers } from '../../../src/releasers.ts';
import { within } from '../../support/within.ts';
import type { Login } from './wire.ts';

/** What the station is told. */
export interface Order {
  readonly port: number;
  readonly clientId: string;
  readonly station: string;
  readonly login: Login | undefined;
  /** How long it waits for its last PUBACKs. */
  readonly lastAckLimitMs: number;
}

/** What it has to say in the end. */
export interface Report {
  readonly sent: number;
  /** The values whose PUBACK came. */
  readonly acknowledged: readonly number[];
  readonly longestWaitMs: number;
  readonly wrong: readonly string[];
}

export interface GoodStation {
  /** It waits for its last PUBACKs, and ends. */
  finish(): Promise<Report>;
}

const PROGRAM = fileURLToPath(new URL('good-station.ts', import.meta.url));
const READY_LIMIT_MS = 60_000;

/** Resolves when it publishes. @throws when it is not let in */
export async function startGoodStation(order: Order, releasers: Releasers): Promise<GoodStation> {
  const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'] });
  releasers.push(() => void child.kill('SIGKILL'));
  const heard = async (limitMs: number): Promise<unknown> => {
    const ended = once(child, 'exit').then(() => {
      throw new Error('the station that behaves well has ended');
    });
    const [message] = await within(limitMs, Promise.race([once(child, 'message'), ended]));
    return message;
  };
  child.send(order);
  await heard(READY_LIMIT_MS);
  return {
    async finish() {
      const report = heard(order.lastAckLimitMs + READY_LIMIT_MS);
      child.send('finish');
      return (await report) as Report;
    },
  };
}
