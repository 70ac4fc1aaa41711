import { isIPv6 } from 'node:net';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopback } from '../transport/loopback.ts';
import type { ServiceAddresses } from '../service-addresses.ts';

/** Where boards find the broker and people the pages, for a person to type. */
export interface BrokerAddress {
  readonly host: string;
  /** `undefined`: the service takes a free one when it starts. */
  readonly port: number | undefined;
  /** `undefined`: there is none, or nobody knows yet. */
  readonly tlsPort: number | undefined;
  /** Where the pages begin, without a slash at its end; `undefined` as with `port`. */
  readonly page: string | undefined;
  /** What keeps boards and people from reaching it. */
  readonly obstacle: string | undefined;
}

// Bridges and tunnels of containers, virtual machines and VPNs: nothing that a board is on.
const NOT_A_LAN = /^(?:docker|br-|veth|virbr|vmnet|cni|flannel|tailscale|wg|tun|tap|utun|zt)/;

export function brokerAddress(
  { host: listening, mqttPort, mqttsPort, httpPort, httpsPort }: ServiceAddresses,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): BrokerAddress {
  const isEverywhere = listening === '0.0.0.0' || listening === '::';
  const host = isEverywhere ? (lanAddress(interfaces) ?? hostname()) : listening;
  return {
    host,
    port: mqttPort || undefined,
    tlsPort: mqttsPort || undefined,
    page: pageAddress(host, httpPort, httpsPort),
    obstacle: isLoopback(listening)
      ? `HOST is ${listening}, so only this machine reaches it. Start the service with HOST=0.0.0.0 for others, boards above all.`
      : undefined,
  };
}

function pageAddress(host: string, httpPort: number, httpsPort: number | undefined): string | undefined {
  const inUrl = isIPv6(host) ? `[${host}]` : host;
  if (httpsPort) return `https://${inUrl}:${httpsPort}`;
  return httpPort === 0 ? undefined : `http://${inUrl}:${httpPort}`;
}

/** This machine's own address in the network that boards are most likely on. */
function lanAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string | undefined {
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !NOT_A_LAN.test(name))
    .flatMap(([, found]) => found ?? [])
    .filter(
      ({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'),
    )
    .map(({ address }) => address);
  // RFC 1918; of those, what home routers give out comes first.
  const likely = [/^192\.168\./, /^10\./, /^172\.(?:1[6-9]|2\d|3[01])\./, /^/];
  return likely.map((kind) => addresses.find((address) => kind.test(address))).find(Boolean);
}
