import type { Answer, End, Request, ThreadData } from './exchange.ts';

/** `bridge` is what the simulated modules call it, with names as Python has them. */
export interface Chip {
  nowMs(): number;
  /** Lets a deep sleep pass: what is beside the clock stays, the rest is as after a start. */
  wake(forMs: number): void;
  readonly bridge: Readonly<Record<string, (...args: never[]) => unknown>>;
}

type Asking = (request: Request & { readonly nowMs: number }) => Answer;

const ETIMEDOUT = 116;
const SECONDS_FROM_1970_TO_2000 = 946_684_800;
const JOINING_MS = 3_000;
const TICKS = 0x3fffffff;

/** Clock, radio, watchdog and sleep of a board. Time passes only while it sleeps or waits. */
export function createChip(data: ThreadData, ask: Asking, stop: (end: End) => never): Chip {
  let nowMs = data.startMs;
  let { world } = data;
  let events = 0;
  let joinedAt = Infinity;
  let rtcMemory = '';
  let bootMs = nowMs;
  let hasSlept = false;
  let isChipTimeSet = false;
  let watchdog: { readonly timeoutMs: number; fedAt: number } | undefined;

  function advance(ms: number): void {
    const target = nowMs + ms;
    while (events < data.eventsMs.length && data.eventsMs[events]! <= target) {
      nowMs = Math.max(nowMs, data.eventsMs[events]!);
      asking({ ask: 'event', index: events });
      events += 1;
    }
    nowMs = Math.min(target, data.untilMs);
    if (watchdog !== undefined && nowMs - watchdog.fedAt > watchdog.timeoutMs) stop({ kind: 'watchdog' });
    if (target >= data.untilMs) stop({ kind: 'stopped' });
  }

  function asking(request: Request): string | number {
    const answer = ask({ ...request, nowMs });
    ({ world } = answer);
    return answer.result;
  }

  /** Who waits in vain waits for as long as it had said. */
  function waiting(request: Request, timeoutSeconds: number): string | number {
    const result = asking(request);
    if (result === -ETIMEDOUT) advance(timeoutSeconds * 1000);
    return result;
  }

  const isConnected = (): boolean => {
    if (!world.wifi && joinedAt <= nowMs) joinedAt = Infinity;
    return world.wifi && joinedAt <= nowMs;
  };

  return {
    nowMs: () => nowMs,
    wake(forMs) {
      watchdog = undefined;
      joinedAt = Infinity;
      advance(forMs);
      bootMs = nowMs;
      hasSlept = true;
    },
    bridge: {
      platform: () => data.platform,
      epoch_year: () => data.epochYear,
      sleep: advance,
      ticks: () => (nowMs - bootMs) & TICKS,
      chip_time: () => {
        const unix = isChipTimeSet ? Math.floor(nowMs / 1000) : SECONDS_FROM_1970_TO_2000;
        return data.epochYear === 2000 ? unix - SECONDS_FROM_1970_TO_2000 : unix;
      },
      set_chip_time: () => {
        if (!isConnected() || !world.passes || !world.ntp) {
          advance(1000);
          return false;
        }
        isChipTimeSet = true;
        return true;
      },
      reset: () => stop({ kind: 'reset' }),
      has_slept: () => hasSlept,
      rtc_memory: () => rtcMemory,
      set_rtc_memory: (hex: string) => {
        rtcMemory = hex;
      },
      deepsleep: (forMs: number) => stop({ kind: 'asleep', forMs }),
      start_watchdog: (timeoutMs: number) => {
        watchdog = { timeoutMs, fedAt: nowMs };
      },
      feed_watchdog: () => {
        if (watchdog !== undefined) watchdog.fedAt = nowMs;
      },
      wlan_active: () => {},
      wlan_connect: () => {
        joinedAt = world.wifi ? nowMs + JOINING_MS : Infinity;
      },
      wlan_disconnect: () => {
        joinedAt = Infinity;
      },
      wlan_is_connected: isConnected,
      socket_connect: (host: string, port: number, timeout: number) =>
        waiting({ ask: 'connect', host, port }, timeout),
      socket_write: (hex: string) => asking({ ask: 'write', hex }),
      socket_read: (size: number, timeout: number) => waiting({ ask: 'read', size }, timeout),
      socket_close: () => asking({ ask: 'close' }),
    },
  };
}
