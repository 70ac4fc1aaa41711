import type { ServiceAddresses } from '../service-addresses.ts';

/** Where a service that listens everywhere is reached from here. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** @param path begins with a slash */
export function serviceUrl({ host, httpPort }: ServiceAddresses, path: string): string {
  const reachable = reachableHost(host);
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${httpPort}${path}`;
}
