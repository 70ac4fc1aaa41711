import { describe, expect, it, onTestFinished } from 'vitest';
import type { BackfillOptions, LiveOptions } from '../../../firmware-bridge/simulator/options.ts';
import { simulate } from '../../../firmware-bridge/simulator/simulate.ts';
import { readSeattleYear } from '../../../firmware-bridge/simulator/weather.ts';
import { poll } from '../../support/poll.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const hours = readSeattleYear();

async function receiver(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...args);
  onTestFinished(() => started.kill());
  return started;
}

function live(url: string, more: Partial<LiveOptions>): LiveOptions {
  const broker = { url, username: undefined, password: undefined };
  return {
    mode: 'live',
    broker,
    stations: 2,
    speed: 3_600_000,
    duration: undefined,
    count: undefined,
    ...more,
  };
}

function backfill(url: string, stations = 2): BackfillOptions {
  return {
    mode: 'backfill',
    broker: { url, username: undefined, password: undefined },
    stations,
    year: 2010,
  };
}

function run(options: BackfillOptions | LiveOptions, stop = new AbortController().signal, graceMs = 5000) {
  const nowMs = Date.parse('2026-07-04T12:00:00Z');
  const giveUp = new AbortController().signal;
  return simulate(options, { hours, nowMs, stop, giveUp, graceMs, writeProgress: String, terminal: false });
}

/** What came in on a topic, redeliveries once. */
function distinct(from: Receiver, topic: string): string[] {
  return [
    ...new Set(from.received.filter((message) => message.topic === topic).map(({ payload }) => payload)),
  ];
}

describe('a live replay', () => {
  it('publishes each station at QoS 1, from the present season on, and ends after the count', async () => {
    const broker = await receiver();
    const { tally } = await run(live(broker.url, { count: 3 }));

    expect(tally).toMatchObject({ sentMessages: 6, acknowledgedMessages: 6, acknowledgedReadings: 15 });
    const outside = broker.received.filter(({ topic }) => topic === 'stations/outside');
    expect(outside.every(({ qos, retain }) => qos === 1 && !retain)).toBe(true);
    const season = hours.filter(({ timeMs }) => timeMs >= Date.UTC(2010, 6, 4, 12)).slice(0, 3);
    expect(outside.map(({ payload }) => JSON.parse(payload))).toEqual(
      season.map(({ temperature, pressure, windSpeed }) => ({
        temperature,
        pressure,
        wind_speed: windSpeed,
      })),
    );
    expect(broker.received.filter(({ topic }) => topic === 'stations/inside')).toHaveLength(3);
  });

  it('says online and, in the end, offline for each station, retained', async () => {
    const broker = await receiver();
    await run(live(broker.url, { count: 1, stations: 3 }));
    for (const station of ['outside', 'inside', 'station-003']) {
      const said = broker.received.filter(({ topic }) => topic === `stations/${station}/status`);
      expect(said.map(({ payload, retain }) => [payload, retain])).toEqual([
        ['online', true],
        ['offline', true],
      ]);
    }
  });

  it('ends after its duration with everything acknowledged', async () => {
    const broker = await receiver();
    const { tally } = await run(live(broker.url, { duration: 0.2, speed: 360_000 }));
    expect(tally.sentMessages).toBeGreaterThan(0);
    expect(tally.acknowledgedMessages).toBe(tally.sentMessages);
  });

  it('that is stopped reports what was not acknowledged, and the last will says offline', async () => {
    const broker = await receiver({
      authorizePublish: (_client, packet, callback) => {
        // Never answered: a service that can neither store nor spool.
        if (packet.topic.endsWith('/status')) callback(null);
      },
    });
    const stop = new AbortController();
    const running = run(live(broker.url, { stations: 1 }), stop.signal, 1);
    await poll(() => distinct(broker, 'stations/outside').length === 1);
    stop.abort();

    expect((await running).tally).toMatchObject({
      sentMessages: 1,
      acknowledgedMessages: 0,
      sentReadings: 3,
    });
    await poll(() => distinct(broker, 'stations/outside/status').length === 2);
    expect(distinct(broker, 'stations/outside/status')).toEqual(['online', 'offline']);
  });
});

describe('a backfill', () => {
  it('sends the whole year of every station and waits for every PUBACK', async () => {
    const broker = await receiver();
    const { tally } = await run(backfill(broker.url));
    expect(tally).toMatchObject({ acknowledgedMessages: 72, acknowledgedReadings: 8759 * 5 });
    for (const topic of ['stations/outside', 'stations/inside']) {
      const items = distinct(broker, topic).flatMap((payload): unknown[] => JSON.parse(payload));
      expect(items).toHaveLength(8759);
    }
  });

  it('leaves at most 50 messages unacknowledged', async () => {
    const held = new Set<() => void>();
    let most = 0;
    let holding = true;
    const broker = await receiver({
      authorizePublish: (_client, packet, callback) => {
        if (packet.topic.endsWith('/status')) return callback(null);
        const release = (): void => {
          held.delete(release);
          callback(null);
        };
        held.add(release);
        most = Math.max(most, held.size);
        if (!holding) setImmediate(release);
      },
    });
    // Many connections, for the broker reads a connection no further than a few messages that it holds.
    const running = run(backfill(broker.url, 25));
    await poll(() => held.size >= 50);
    holding = false;
    for (const release of held) release();

    expect((await running).tally.acknowledgedMessages).toBe(25 * 36);
    expect(most).toBe(50);
  });

  it('comes whole through the death of the broker', async () => {
    let answered = 0;
    const first = await startReceiver({
      authorizePublish: (_client, packet, callback) => {
        // The first few are acknowledged, the rest are in flight when it dies.
        if (packet.topic.endsWith('/status') || (answered += 1) <= 5) callback(null);
      },
    });
    const running = run(backfill(first.url));
    await poll(() => first.received.length > 10);
    await first.kill();
    const second = await receiver({}, first.port);

    const { tally } = await running;
    expect(tally).toMatchObject({ sentMessages: 72, acknowledgedMessages: 72, acknowledgedReadings: 43_795 });
    const payloads = [...distinct(first, 'stations/outside'), ...distinct(second, 'stations/outside')];
    expect(new Set(payloads).size).toBe(36);
    expect(second.received.some(({ payload }) => payload === 'online')).toBe(true);
  });
});

describe('a broker that will not have it', () => {
  it('is reported when it asks for credentials', async () => {
    const broker = await receiver({ authenticate: (_client, _name, _password, done) => done(null, false) });
    await expect(run(backfill(broker.url))).rejects.toMatchObject({
      code: 'broker-refuses',
      message: expect.stringContaining('mqtt://USER:PASSWORD@HOST:PORT'),
    });
  });

  it('is not said to want credentials where it has refused those of the address', async () => {
    const broker = await receiver({ authenticate: (_client, _name, _password, done) => done(null, false) });
    const options = backfill(broker.url);
    const user = { username: 'garden', password: 'a@b' };
    await expect(run({ ...options, broker: { ...options.broker, ...user } })).rejects.toMatchObject({
      code: 'broker-refuses',
      message: expect.stringMatching(/^(?!.*USER).* garden .* started without HOST/),
    });
  });

  it('is given the credentials of the address', async () => {
    const seen: string[] = [];
    const broker = await receiver({
      authenticate: (_client, name, password, done) => {
        seen.push(`${name} ${password?.toString()}`);
        done(null, true);
      },
    });
    const options = backfill(broker.url, 1);
    await run({ ...options, broker: { ...options.broker, username: 'garden', password: 'a@b' } });
    expect(seen).toEqual(['garden a@b']);
  });

  it('is reported when it closes the connection at every publish', async () => {
    const broker = await receiver({
      authorizePublish: (_client, packet, callback) =>
        callback(packet.topic.endsWith('/status') ? null : new Error('not allowed')),
    });
    await expect(run(backfill(broker.url, 1))).rejects.toMatchObject({
      code: 'not-allowed',
      message: expect.stringContaining('stations/outside'),
    });
  });

  it('is reported when nobody listens', async () => {
    const gone = await startReceiver();
    await gone.kill();
    await expect(run(backfill(gone.url))).rejects.toMatchObject({
      code: 'no-broker',
      message: `No broker at ${gone.url}; start it with "npm start".`,
    });
  });
});
