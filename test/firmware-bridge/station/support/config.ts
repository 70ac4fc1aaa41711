import type { BoardOptions } from './board.ts';

const HOUR = 3600;

/** Some days ago, on a whole minute: the service takes no readings from the future. */
export function daysAgo(days: number): number {
  return Math.floor(Date.now() / 60_000) * 60 - days * 24 * HOUR;
}

/** A board with one MCP9808 that publishes to this port. */
export function outside(port: number, more: Readonly<Record<string, unknown>> = {}): BoardOptions {
  const startAt = daysAgo(3);
  return {
    startAt,
    devices: [{ kind: 'mcp9808', since: startAt }],
    config: {
      station: 'outside',
      wifi_name: 'home',
      wifi_password: 'secret',
      host: '127.0.0.1',
      port,
      sensors: [{ driver: 'mcp9808' }],
      ...more,
    },
  };
}
