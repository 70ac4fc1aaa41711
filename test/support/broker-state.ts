import { type Logger, pino } from 'pino';
import { onTestFinished } from 'vitest';
import { forbiddenFilter } from '../../src/broker/authorize.ts';
import { createInterest, type Interest } from '../../src/broker/interest.ts';
import { createPersistence, type Persistence } from '../../src/broker/persistence.ts';
import {
  type BrokerState,
  openBrokerState,
  type StateCounters,
} from '../../src/broker/state/broker-state.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { readConfig } from '../../src/config.ts';
import { useFolder } from './program.ts';

/** What a broker keeps, without the broker. */
export interface TestState {
  readonly folder: string;
  readonly state: BrokerState;
  readonly persistence: Persistence;
  readonly interest: Interest;
  readonly counters: StateCounters;
  readonly logged: readonly { readonly level: number; readonly msg: string }[];
  /** Closes it, and opens what it has left. */
  reopen(): Promise<TestState>;
}

/** @param now of a clock of the test's */
export async function useBrokerState(now: () => Micros = () => Date.now() * 1000): Promise<TestState> {
  return openState(await useFolder(), now);
}

export async function openState(folder: string, now: () => Micros): Promise<TestState> {
  const logged: { level: number; msg: string }[] = [];
  const log: Logger = pino(
    { level: 'info' },
    { write: (line) => void logged.push(JSON.parse(line) as { level: number; msg: string }) },
  );
  const counters = {
    queued_messages_dropped: 0,
    sessions_expired: 0,
    sessions_dropped: 0,
    retained_messages_refused: 0,
    state_writes_failed: 0,
  };
  const interest = createInterest();
  const ownerOf = (): null => null;
  const state = await openBrokerState({
    folder,
    log,
    now,
    counters,
    interest,
    ownerOf,
    mayKeep: () => true,
    maxQueuedMessages: 10_000,
  });
  onTestFinished(() => state.close());
  return {
    folder,
    state,
    persistence: createPersistence({
      state,
      stations: () => [],
      isGranted: (_, filter) => forbiddenFilter(filter, readConfig({})) === null,
    }),
    interest,
    counters,
    logged,
    async reopen() {
      await state.close();
      return openState(folder, now);
    },
  };
}
