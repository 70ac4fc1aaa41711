import type { Operation } from '../../openapi/document.ts';

/** What stands in an address in place of its parts. */
const IN_PATH: Readonly<Record<string, string>> = {
  id: '254616',
  field: '1',
  entry: '1',
  format: 'json',
  key: 'WRITE_KEY',
  mac: 'MAC',
  data: '21.5',
};

interface Example {
  readonly query?: string;
  readonly options?: string;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  readings: { query: 'metric=temperature&limit=10' },
  history: { query: 'metric=temperature&every=1h' },
  'series-history': { query: 'series={station}:temperature&points=100' },
  export: { query: 'station={station}&format=csv', options: '-OJ' },
  'post-readings': { options: `--data '{"temperature":21.5,"humidity":48}'` },
  events: { options: '-N' },
  login: { options: '-i --data-urlencode secret=PASSWORD' },
  'update-text': { query: 'api_key=WRITE_KEY&field1=21.5' },
  'update-json': { query: 'api_key=WRITE_KEY&field1=21.5' },
  'update-xml': { query: 'api_key=WRITE_KEY&field1=21.5' },
  'update-text-post': { options: '--data api_key=WRITE_KEY --data field1=21.5' },
  'update-json-post': { options: '--data api_key=WRITE_KEY --data field1=21.5' },
  'update-xml-post': { options: '--data api_key=WRITE_KEY --data field1=21.5' },
  'bulk-update-json': {
    options: `--data '{"write_api_key":"WRITE_KEY","updates":[{"delta_t":0,"field1":21.5}]}'`,
  },
  'bulk-update-csv': {
    options: `--data 'write_api_key=WRITE_KEY&time_format=relative&updates=0,21.5'`,
  },
};
const BEARER = `-H 'Authorization: Bearer PASSWORD'`;

/** A line for a shell. @param base `http://localhost:3000`, without a quote in it */
export function curlExample(
  { operationId, security }: Pick<Operation, 'operationId' | 'security'>,
  method: string,
  path: string,
  { base, station }: { readonly base: string; readonly station: string },
): string {
  const { query, options } = EXAMPLES[operationId] ?? {};
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
      name === 'station' ? station : (IN_PATH[name] ?? place),
    );
  const needsBearer =
    security.some((way) => 'bearer' in way) && !security.some((way) => Object.keys(way).length === 0);
  const address = fill(query === undefined ? path : `${path}?${query}`);
  const hasData = options?.includes('--data') ?? false;
  return [
    'curl',
    ...(method === 'post' && !hasData ? ['-X POST'] : []),
    ...(needsBearer ? [BEARER] : []),
    ...(options === undefined ? [] : [options]),
    `'${base}${address}'`,
  ].join(' ');
}
