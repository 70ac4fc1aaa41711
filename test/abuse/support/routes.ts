/** A route, and what may be asked of it. */
export interface Route {
  readonly method: string;
  /** With `{station}` where a name belongs. */
  readonly path: string;
  readonly parameters: readonly string[];
}

/** As docs/api.md has them. */
const WRITTEN: readonly Route[] = [
  { method: 'GET', path: '/', parameters: ['units', 'theme', 'lang', 'kiosk'] },
  { method: 'GET', path: '/status', parameters: ['units'] },
  {
    method: 'GET',
    path: '/stations/{station}',
    parameters: ['units', 'range', 'from', 'to', 'metrics', 'with', 'compare', 'view'],
  },
  { method: 'GET', path: '/stations/{station}/readings', parameters: ['units', 'metric', 'cursor'] },
  { method: 'GET', path: '/api/stations', parameters: ['units'] },
  { method: 'GET', path: '/api/stations/{station}', parameters: ['units'] },
  {
    method: 'GET',
    path: '/api/stations/{station}/readings',
    parameters: ['metric', 'from', 'to', 'order', 'limit', 'cursor', 'units', 'format'],
  },
  { method: 'POST', path: '/api/stations/{station}/readings', parameters: ['metric'] },
  {
    method: 'GET',
    path: '/api/stations/{station}/history',
    parameters: ['metric', 'from', 'to', 'points', 'every', 'shape', 'format', 'units'],
  },
  {
    method: 'GET',
    path: '/api/history',
    parameters: ['series', 'from', 'to', 'points', 'every', 'shape', 'format', 'units'],
  },
  { method: 'GET', path: '/api/stations/{station}/wind-rose', parameters: ['from', 'to', 'units'] },
  { method: 'GET', path: '/api/export', parameters: ['station', 'metric', 'from', 'to', 'format'] },
  { method: 'GET', path: '/api/rejected', parameters: ['reason', 'limit', 'cursor'] },
  { method: 'GET', path: '/api/live', parameters: ['station', 'units'] },
  { method: 'GET', path: '/metrics', parameters: [] },
  { method: 'GET', path: '/manifest.webmanifest', parameters: ['lang'] },
  { method: 'GET', path: '/health/live', parameters: [] },
  { method: 'GET', path: '/health/ready', parameters: [] },
];

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

/** The routes of the service's own description, and those above that are not in it; only those if it has none. */
export async function findRoutes(httpPort: number): Promise<{ routes: readonly Route[]; source: string }> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/openapi.json`);
  if (!response.ok) return { routes: WRITTEN, source: 'the list of the test' };
  const { paths } = (await response.json()) as OpenApi;
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { parameters = [] }]): Route => ({
        method: method.toUpperCase(),
        path,
        parameters: parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name),
      }),
    ),
  );
  const isDescribed = (route: Route): boolean =>
    described.some(({ method, path }) => method === route.method && path === route.path);
  return {
    routes: [...described, ...WRITTEN.filter((route) => !isDescribed(route))],
    source: `/api/openapi.json with ${described.length} routes, and the list of the test`,
  };
}
