import type { Setting } from './setting.ts';
import { count, seconds } from './values.ts';
import type { WebLimits } from '../web/http-limits.ts';

/** What visitors, and programs that ask over HTTP, may use; see {@link LIMIT_SETTINGS}. */
export const HTTP_LIMIT_SETTINGS: { readonly [Key in keyof WebLimits]: Setting<WebLimits[Key]> } = {
  httpMaxConnections: count(
    'HTTP_MAX_CONNECTIONS',
    [10_000, 1],
    'Connections of HTTP that may be open at a time, on both ports together. What becomes one of MQTT over WebSocket counts as that.',
  ),
  httpMaxConnectionsPerAddress: count(
    'HTTP_MAX_CONNECTIONS_PER_ADDRESS',
    [256, 1],
    'The same of one address; of IPv6, one /64. Those in `TRUST_PROXY` have no limit of their own.',
  ),
  httpMaxConnectsPerSecond: count(
    'HTTP_MAX_CONNECTS_PER_SECOND',
    [500, 1],
    'Connections of HTTP that one address may open a second, but for those in `TRUST_PROXY`; more are closed at once.',
  ),
  maxStreamsPerAddress: count(
    'MAX_STREAMS_PER_ADDRESS',
    [50, 1],
    'Event streams (`/api/live`) that one address may have open; each page that is looked at has one. A thousand is the most of all.',
  ),
  maxExports: count(
    'MAX_EXPORTS',
    [4, 1, 100],
    'Exports of CSV or NDJSON that may run at a time; one address may have half of them.',
  ),
  httpMaxHeaderBytes: count(
    'HTTP_MAX_HEADER_BYTES',
    [16_384, 4096, 262_144],
    'The largest head of a request, its address included, in bytes.',
  ),
  httpHeadersTimeoutMs: seconds(
    'HTTP_HEADERS_TIMEOUT',
    [10, 1, 3600],
    'How long the head of a request may take, in seconds.',
  ),
  httpRequestTimeoutMs: seconds(
    'HTTP_REQUEST_TIMEOUT',
    [30, 1, 3600],
    'How long all of a request may take, in seconds.',
  ),
};
