import { type Claim, compare, eachRound } from './support/claim.ts';
import { outputUntil, result, startProgram } from './support/process.ts';
import type { Thermograph } from './support/thermograph.ts';

const PATTERN = { stations: 50, window: 20 };
/** Until so much waits for a subscriber, in its socket and the system's buffers, that it is cut off. */
const MIN_STALLED_SECONDS = 3;
const IN_FLIGHT = PATTERN.stations * PATTERN.window;
const REFERENCE = 'with nobody subscribed';

/** What it costs the stations when somebody listens to all of their readings, or has stopped listening. */
export const live: Claim = {
  name: 'live',
  async measure({ effort, say, thermograph }) {
    const service = await thermograph();
    const rounds = await eachRound(effort, async (round) => {
      const without = (await service.load({ ...PATTERN, ...effort })).rate;
      const subscribed = await withSubscriber(service, false, effort);
      const stalled = await withSubscriber(service, true, effort);
      say(
        `live, round ${round}: without ${Math.round(without)}/s, subscribed ${Math.round(subscribed)}/s, ` +
          `stalled ${Math.round(stalled)}/s`,
      );
      await service.truncate();
      return { without, subscribed, stalled };
    });
    const row = (claim: string, key: 'subscribed' | 'stalled', atLeast: number) =>
      compare(
        { claim, unit: 'readings/s', reference: REFERENCE, goal: { atLeast } },
        rounds.map((figures) => figures[key]),
        rounds.map(({ without }) => without),
      );
    return [
      row('rate with a QoS 0 subscriber on live/#', 'subscribed', 0.6),
      row('rate with a subscriber on live/# that has stopped reading', 'stalled', 0.9),
    ];
  },
};

/** @throws when the subscriber misses a reading, or was not cut off after it had stopped reading */
async function withSubscriber(
  service: Thermograph,
  isStalled: boolean,
  effort: { readonly warmUpSeconds: number; readonly seconds: number },
): Promise<number> {
  const subscriber = startProgram('subscriber', { port: service.mqttPort, isStalled });
  await outputUntil(subscriber, /subscribed/);
  const ended = result<{ readings: number; wasCut: boolean }>(subscriber);
  // From the start on: what it costs until the subscriber is cut off counts, too.
  const timing = isStalled
    ? { warmUpSeconds: 0, seconds: Math.max(effort.seconds, MIN_STALLED_SECONDS) }
    : effort;
  const { rate, acknowledged } = await service.load({ ...PATTERN, ...timing });
  subscriber.stdin?.end();
  const { readings, wasCut } = await ended;
  if (isStalled) {
    if (!wasCut) throw new Error('the subscriber that had stopped reading was not cut off');
    return rate;
  }
  const expected = acknowledged.reduce((sum, count) => sum + count, 0);
  // What was under way when the load ended is stored and told, too.
  if (readings < expected || readings > expected + IN_FLIGHT) {
    throw new Error(`the subscriber got ${readings} readings, ${expected} were acknowledged`);
  }
  return rate;
}
