import type { Logger } from 'pino';
import { createReceiptClock } from '../../src/ingest/clock.ts';
import { openSpool, type Spool } from '../../src/ingest/spool/spool.ts';
import { reasonOf } from '../../src/storage/failure.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { createBoardParts } from '../thingspeak/board-parts.ts';
import { createBridgeApp } from './bridge-app.ts';
import { type Broker, createConnect } from './connect.ts';
import { startDelivery } from './deliver.ts';
import { createDiskLog } from './disk-log.ts';
import { BridgeError } from './errors.ts';
import { createKeepOnDisk } from './keep-on-disk.ts';

const RETRY_MS = 1_000;

export interface BridgeOptions {
  readonly channels: KnownChannels;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly broker: Broker;
  /** Where readings are kept until they are delivered. */
  readonly folder: string;
  readonly maxBytes: number;
  /** The pause after a failure to deliver: a second unless told. */
  readonly retryMs?: number;
  readonly log: Logger;
}

export interface Bridge {
  readonly port: number;
  /** Messages that are on disk: those that are not delivered yet, and those behind them. */
  waiting(): number;
  close(): Promise<void>;
}

/**
 * Takes what boards write to ThingSpeak, answers when it is on disk (fsync), and publishes it to a broker, which may be away.
 * @throws BridgeError
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { channels, host, port, broker, folder, retryMs = RETRY_MS, log } = options;
  const spool = await openFolder(options);
  const disk = createDiskLog(folder, log);
  const closing = new AbortController();
  const connect = createConnect(broker, log);
  const delivery = startDelivery({ spool, connect, disk, retryMs, log, closing: closing.signal });
  const receipt = createReceiptClock(Date.now);
  const clock = (): Micros => receipt.now();
  const { notices } = createBoardParts(channels, log, clock);
  const keep = createKeepOnDisk({ spool, disk, notices, clock, onKept: () => delivery.wake() });
  const app = createBridgeApp(channels, { keep, clock, notices }, log);
  const close = async (): Promise<void> => {
    await app.close();
    closing.abort();
    await delivery.ended;
    await spool.close();
  };
  try {
    await app.listen({ host, port });
  } catch (error) {
    await close();
    const hint =
      'Is another program there, or is it below 1024, where not every user may listen? Name another with --port, and let the ' +
      'firewall lead port 80, at which boards ask, to it.';
    const what = `Boards can't be listened to on ${host}, port ${port}: ${reasonOf(error)}. ${hint}`;
    throw new BridgeError('port-unusable', what, error);
  }
  const address = app.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return { port: taken, waiting: () => spool.count(), close };
}

async function openFolder({ folder, maxBytes, log }: BridgeOptions): Promise<Spool> {
  const spool = await openSpool({ folder, maxBytes, log }).catch((error: unknown) => {
    throw new BridgeError('folder-in-use', `${folder} can't be opened; does another bridge use it?`, error);
  });
  const problem = spool.problem();
  if (problem === undefined) return spool;
  await spool.close();
  throw new BridgeError(
    'folder-unusable',
    `Readings can't be kept in ${folder}: ${problem}. See that it is a folder that this user may write to, and that its disk has ` +
      'room, or name another with --folder.',
  );
}
