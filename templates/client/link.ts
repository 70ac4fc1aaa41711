// The event stream of readings, and whether it can be trusted at the moment.

export interface LiveReading {
  readonly station: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: string;
}

export interface Presence {
  readonly station: string;
  readonly online: boolean;
}

interface Ping {
  readonly time: string;
  readonly build: string;
}

export type LinkState = 'connecting' | 'live' | 'reconnecting';

interface LinkOptions {
  readonly url: string;
  readonly onState: (state: LinkState) => void;
  /** The service has answered, but not with a stream. */
  readonly onRefused: () => void;
  /** After each connection: what came meanwhile has to be fetched. */
  readonly onOpen: () => void;
  /** The service's clock, and what it is made of. */
  readonly onPing: (ping: Ping) => void;
  readonly onReadings: (readings: readonly LiveReading[]) => void;
  readonly onPresence: (presence: Presence) => void;
}

// The service says something every 15 seconds; a connection that broke without a word is silent for longer.
const SILENCE_MS = 45_000;
const RETRY_MS = 5000;

/**
 * Keeps a stream open. It counts as live only while something is heard on it: a socket can be dead for hours before
 * a browser finds out.
 */
export function openLink(options: LinkOptions): void {
  let source: EventSource | undefined;
  let lastHeard = lookAtClocks();
  let lastTry = lastHeard;

  const hear = (name: string, listener: (data: never) => void): void => {
    source?.addEventListener(name, (event: MessageEvent<string>) => {
      lastHeard = lookAtClocks();
      options.onState('live');
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
      listener(JSON.parse(event.data) as never);
    });
  };

  const connect = (): void => {
    source?.close();
    lastTry = lookAtClocks();
    source = new EventSource(options.url);
    source.addEventListener('open', () => options.onOpen());
    source.addEventListener('error', ({ target }) => {
      options.onState('reconnecting');
      // A browser gives up only after an answer such as 401 or 503.
      if (target instanceof EventSource && target.readyState === EventSource.CLOSED) options.onRefused();
    });
    hear('ping', options.onPing);
    hear('reading', options.onReadings);
    hear('presence', options.onPresence);
  };

  const watch = (): void => {
    const silent = msSince(lastHeard) > SILENCE_MS;
    if (silent) options.onState('reconnecting');
    const givenUp = source?.readyState === EventSource.CLOSED;
    const waited = msSince(lastTry);
    if ((givenUp && waited > RETRY_MS) || (silent && waited > SILENCE_MS)) connect();
  };

  // After a sleep, or out of the back-forward cache, what is written there is old before the next tick.
  const lookNow = (): void => {
    if (document.visibilityState === 'visible') watch();
  };

  options.onState('connecting');
  connect();
  setInterval(watch, 1000);
  document.addEventListener('visibilitychange', lookNow);
  addEventListener('pageshow', lookNow);
  addEventListener('online', connect);
  addEventListener('offline', () => options.onState('reconnecting'));
}

/** One is put right now and then, by hours on a board without a battery; the other stands still while a device sleeps. */
interface Clocks {
  readonly time: number;
  readonly running: number;
}

function lookAtClocks(): Clocks {
  return { time: Date.now(), running: performance.now() };
}

/** What either of them says, the longer of both. */
function msSince({ time, running }: Clocks): number {
  return Math.max(Date.now() - time, performance.now() - running);
}
