/** A route, and what may be asked of it. */
export interface Route {
  readonly method: string;
  /** With `{station}` where a name belongs. */
  readonly path: string;
  readonly parameters: readonly string[];
}

/** What the service's own description leaves out. */
const PAGES: readonly Route[] = [
  { method: 'GET', path: '/', parameters: ['units', 'theme', 'lang', 'kiosk'] },
  { method: 'GET', path: '/api', parameters: ['lang'] },
  { method: 'GET', path: '/status', parameters: ['units'] },
  {
    method: 'GET',
    path: '/stations/{station}',
    parameters: ['units', 'range', 'from', 'to', 'metrics', 'with', 'compare', 'view'],
  },
  { method: 'GET', path: '/stations/{station}/readings', parameters: ['units', 'metric', 'cursor'] },
  { method: 'GET', path: '/login', parameters: ['to'] },
  { method: 'GET', path: '/manifest.webmanifest', parameters: ['lang'] },
];

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

/** The routes of the service's own description, and its pages; only these if it has none. */
export async function findRoutes(httpPort: number): Promise<{ routes: readonly Route[]; source: string }> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/openapi.json`);
  if (!response.ok) return { routes: PAGES, source: 'the list of pages, for there is no description' };
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
  return {
    routes: [...described, ...PAGES],
    source: `/api/openapi.json with ${described.length} operations, and the list of pages`,
  };
}
