import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { isLoopback } from './transport/loopback.ts';

/** What an owner wants to see when the service is up: where everything is, and what to try first. */
export function startUpLines({
  config,
  version,
  program,
  http,
  mqtt,
  https,
  mqtts,
}: {
  readonly config: Config;
  readonly version: string;
  /** What commands begin with here. */
  readonly program: string;
  readonly http: AddressInfo;
  readonly mqtt: AddressInfo;
  readonly https: AddressInfo | undefined;
  readonly mqtts: AddressInfo | undefined;
}): string {
  const host = reachableHost(config.host);
  const database =
    config.databaseUrl === undefined
      ? `${config.dataDir} (embedded PostgreSQL)`
      : 'the PostgreSQL of DATABASE_URL';
  const withTls = [
    ...(https ? [`https://${host}:${https.port}`] : []),
    ...(mqtts ? [`mqtts://${host}:${mqtts.port}`] : []),
    ...(https ? [`wss://${host}:${https.port}/mqtt`] : []),
  ];
  return `Thermograph ${version} is running.
  Page    http://${host}:${http.port}
  Broker  mqtt://${host}:${mqtt.port} and ws://${host}:${http.port}/mqtt  ${whoMayPublish(config)}
${withTls.length > 0 ? `  TLS     ${withTls.join('  ')}\n` : ''}  Data    ${database}
  Try     ${whatToTry(config, program, `-h ${host} -p ${mqtt.port}`)}
`;
}

function whatToTry({ allowAnonymous }: Config, program: string, where: string): string {
  return allowAnonymous
    ? `npx mqtt pub ${where} -q 1 -t stations/outside/temperature -m 21.5`
    : `${program} station add outside`;
}

function whoMayPublish({ allowAnonymous, host }: Config): string {
  if (!allowAnonymous) return '(whoever publishes or subscribes needs a credential)';
  return isLoopback(host)
    ? '(anyone on this machine may publish and subscribe)'
    : '(anyone who reaches it may publish and subscribe, for ALLOW_ANONYMOUS is true)';
}

/** Wildcard addresses can be listened on, not connected to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
