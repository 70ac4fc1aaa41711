import { isIP } from 'node:net';
import type { HomeAssistantFacts } from './broker/home-assistant/announce.ts';
import { birthTopic } from './broker/home-assistant/topics.ts';
import type { Config } from './config.ts';
import { isLoopback } from './transport/loopback.ts';
import type { DecodeOther } from './ingest/dialects.ts';

/** How Home Assistant is told of the stations, and understood itself. */
export interface OpenHomeAssistant {
  /** `undefined`: it is not told. */
  readonly announcing: HomeAssistantFacts | undefined;
  /** Takes its own messages for what they are: nothing of a station, and nothing to reject. */
  readonly decode: DecodeOther;
}

/** @param httpPort asked when somebody subscribes; `undefined` before it is known */
export function openHomeAssistant(
  config: Pick<Config, 'homeAssistant' | 'host'>,
  version: string,
  httpPort: () => number | undefined,
): OpenHomeAssistant {
  const { homeAssistant: prefix, host } = config;
  if (prefix === undefined) return { announcing: undefined, decode: () => undefined };
  const birth = birthTopic(prefix);
  const address = isIP(host) === 6 ? `[${host}]` : host;
  return {
    announcing: {
      prefix,
      version,
      stationUrl(station) {
        const port = httpPort();
        return port === undefined || !isReachable(host)
          ? undefined
          : `http://${address}:${port}/stations/${station}`;
      },
    },
    decode: ({ topic }) =>
      topic === birth ? { station: null, readings: [], rejections: [], status: null } : undefined,
  };
}

/** Whether it is the address of a machine, and not only that machine's own word for itself or for all its addresses. */
function isReachable(host: string): boolean {
  return !isLoopback(host) && host !== '0.0.0.0' && host !== '::';
}
