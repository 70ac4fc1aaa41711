import type { ServerResponse } from 'node:http';
import { networkOf } from '../transport/network.ts';
import { createWaitingEvents, type Interest, pingEvent } from './live-events.ts';
import type { WebParts } from './parts.ts';

/** Someone who watches the event stream. */
export interface Viewer extends Interest {
  /** Whether they may go on, now that credentials have changed. */
  readonly mayStay: () => boolean;
  /** The IP address they come from. */
  readonly address: string;
  readonly response: Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'writableLength'>;
}

/** Tells viewers what is new. */
export interface LiveHub {
  /** What one more from that address would be too many for; `null` if they may watch. */
  isFullFor(address: string): 'everybody' | 'address' | null;
  /** Begins to tell the viewer. */
  add(viewer: Viewer): void;
  remove(viewer: Viewer): void;
  /** Ends the streams of those who may not stay. */
  review(): void;
  /** Ends every stream, and takes no more viewers. */
  close(): void;
}

export interface LiveHubOptions {
  readonly flushIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxViewers: number;
  readonly maxViewersPerAddress: number;
  /** What may wait in a viewer's socket before it is cut off. */
  readonly maxWaitingBytes: number;
  /** See {@link Assets.build}; pages that are of another one are out of date. */
  readonly build: string;
}

export const LIVE_HUB_DEFAULTS: LiveHubOptions = {
  flushIntervalMs: 250,
  heartbeatIntervalMs: 15_000,
  maxViewers: 1000,
  maxViewersPerAddress: 50,
  maxWaitingBytes: 1024 * 1024,
  build: '',
};

type LiveParts = Pick<WebParts, 'onCommitted' | 'onPresence' | 'clock'>;

/**
 * One collection for all viewers: between two writes only the newest reading of each series is kept, so memory is
 * bounded by the number of series, and what a flood costs does not depend on its rate. Nothing is collected while
 * nobody watches. Each text is made once, however many viewers get it.
 */
export function createLiveHub(parts: LiveParts, options: LiveHubOptions = LIVE_HUB_DEFAULTS): LiveHub {
  const viewers = new Set<Viewer>();
  let waiting = createWaitingEvents();
  let lastFlush = -options.flushIntervalMs;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const send = (viewer: Viewer, chunk: Buffer): void => {
    // What waits is looked at before, not after: one large event must not cut off a viewer who keeps up.
    if (viewer.response.writableLength > options.maxWaitingBytes) {
      viewers.delete(viewer);
      viewer.response.destroy();
      return;
    }
    viewer.response.write(chunk);
  };
  const flush = (): void => {
    timer = undefined;
    lastFlush = performance.now();
    const events = waiting;
    waiting = createWaitingEvents();
    const chunks = new Map<string, Buffer>();
    for (const viewer of viewers) {
      const key = `${viewer.units?.key ?? ''}/${viewer.station ?? ''}`;
      const chunk = chunks.get(key) ?? Buffer.from(events.toText(viewer));
      chunks.set(key, chunk);
      if (chunk.length > 0) send(viewer, chunk);
    }
  };
  const schedule = (): void => {
    timer ??= setTimeout(flush, Math.max(lastFlush + options.flushIntervalMs - performance.now(), 0));
  };

  const isWatched = (): boolean => viewers.size > 0;
  const stopCommitted = parts.onCommitted((batch) => {
    if (!isWatched()) return;
    for (const reading of batch) if (reading.isLatest) waiting.addReading(reading);
    schedule();
  }, isWatched);
  const stopPresence = parts.onPresence((station, online) => {
    if (!isWatched()) return;
    waiting.addPresence(station, online);
    schedule();
  });
  const heartbeat = setInterval(() => {
    const chunk = Buffer.from(pingEvent(parts.clock(), options.build));
    for (const viewer of viewers) send(viewer, chunk);
  }, options.heartbeatIntervalMs);
  heartbeat.unref();

  return {
    isFullFor(address) {
      if (closed || viewers.size >= options.maxViewers) return 'everybody';
      const network = networkOf(address);
      let alike = 0;
      for (const viewer of viewers) if (networkOf(viewer.address) === network) alike += 1;
      return alike >= options.maxViewersPerAddress ? 'address' : null;
    },
    add(viewer) {
      viewers.add(viewer);
      viewer.response.write(`retry: 2000\n${pingEvent(parts.clock(), options.build)}`);
    },
    remove(viewer) {
      viewers.delete(viewer);
    },
    review() {
      for (const viewer of viewers) {
        if (viewer.mayStay()) continue;
        viewers.delete(viewer);
        viewer.response.end();
      }
    },
    close() {
      closed = true;
      stopCommitted();
      stopPresence();
      clearInterval(heartbeat);
      clearTimeout(timer);
      for (const viewer of viewers) viewer.response.end();
      viewers.clear();
    },
  };
}
