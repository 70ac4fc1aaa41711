import type { Pool } from 'pg';
import type { Releasers } from '../../../src/releasers.ts';
import type { Login } from './wire.ts';

/** One kind of attack. What must hold in spite of it is the guard's, and is the same for all. */
export interface Scenario {
  readonly name: string;
  /** For people: what is done to the service. */
  readonly about: string;
  /** Settings that the service gets for it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the service wants credentials. */
  readonly isSecured?: boolean;
  run(attack: Attack): Promise<Outcome>;
}

/** What a scenario is given. */
export interface Attack {
  /** Where the service listens, by scheme. */
  readonly ports: Readonly<Record<string, number>>;
  readonly mqttPort: number;
  readonly httpPort: number;
  /** Of the database in which the service keeps what it is given. */
  readonly pool: Pool;
  readonly seed: number;
  /** The client identifier of the station that behaves well. */
  readonly goodClientId: string;
  readonly releasers: Releasers;
  readonly say: (progress: string) => void;
  /** Resident memory of the service, in bytes. */
  readonly residentBytes: () => number;
  /** Adds a station's credential; resolves when it is known to the service. */
  addStation(name: string): Promise<Login>;
}

export interface Outcome {
  /** Packets, requests or connections: whatever it counts. */
  readonly attacks: number;
  /** What did not hold; none: passed. */
  readonly failures: readonly string[];
  /** What else was seen. */
  readonly notes: readonly string[];
}
