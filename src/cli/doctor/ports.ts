import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ServiceAddresses } from '../../service-addresses.ts';
import { listenError } from '../../start-error.ts';
import { isLoopback } from '../../transport/loopback.ts';
import { allWell, type Finding, type Patient, problem, warning } from './finding.ts';
import { findHolder } from './port-holder.ts';

const CHECK = 'ports';
type PortName = 'httpPort' | 'mqttPort' | 'httpsPort' | 'mqttsPort';
const PORTS: readonly (readonly [setting: string, PortName])[] = [
  ['HTTP_PORT', 'httpPort'],
  ['MQTT_PORT', 'mqttPort'],
  ['HTTPS_PORT', 'httpsPort'],
  ['MQTTS_PORT', 'mqttsPort'],
];

/** Whether each port is free, or held by the service itself. */
export async function checkPorts({ config, service }: Patient): Promise<readonly Finding[]> {
  const found = await Promise.all(
    PORTS.map(([setting, name]) => checkPort(setting, config.host, config[name], service?.[name], service)),
  );
  const shown = PORTS.flatMap(([, name]) => {
    const port = service?.[name] ?? config[name];
    return port === undefined ? [] : [port === 0 ? 'any free one' : String(port)];
  });
  const how = service === undefined ? 'free' : `those of the service that runs (process ${service.pid})`;
  const host = service?.host ?? config.host;
  // What the owner of a board misses first, and nothing wrong where there is none.
  const note = isLoopback(host)
    ? ` HOST is ${host}, so only this machine reaches them; for boards it is to be 0.0.0.0.`
    : '';
  return allWell(CHECK, found.flat(), `${shown.join(', ')}: ${how}.${note}`);
}

async function checkPort(
  setting: string,
  host: string,
  port: number | undefined,
  ofService: number | undefined,
  service: ServiceAddresses | undefined,
): Promise<readonly Finding[]> {
  if (service !== undefined) {
    if (port === ofService || port === 0) return [];
    const says = `The service that runs has ${ofService ?? 'no port'} where ${setting} is ${port ?? 'off'} here.`;
    return [
      warning(
        CHECK,
        says,
        'Give this command the settings of the service; or start the service again for new ones.',
      ),
    ];
  }
  if (port === undefined || port === 0) return [];
  const error = await tryToListen(host, port);
  if (error === undefined) return [];
  const { message, hint } = listenError(error, host, port, setting);
  const isTaken = 'code' in error && error.code === 'EADDRINUSE';
  const holder = isTaken ? await findHolder(port) : undefined;
  return [problem(CHECK, `${message}${holder === undefined ? '' : `; ${holder} has it`}.`, hint)];
}

/** For a moment, in which nobody is answered. */
async function tryToListen(host: string, port: number): Promise<Error | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
