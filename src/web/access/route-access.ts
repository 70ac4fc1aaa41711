/**
 * What a route asks of whoever comes; each route says it in its `config`. One that does not is closed while the pages are
 * private.
 *
 * - `open`: nothing; credentials are not looked at.
 * - `readiness`: nothing, but only those who may read everything are told more.
 * - `everything`, `station`: may read all stations, or that of the path.
 * - `series`: may read the stations of the query's series.
 * - `live`, also for exports: may read the station of the query, or else all of them.
 * - `post`: may post readings of the station of the path.
 * - `admin`: may change things.
 */
export type Access = 'open' | 'readiness' | 'everything' | 'station' | 'series' | 'live' | 'post' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Whether a request may come without `Host`. */
    isHostOptional?: boolean;
  }
}
