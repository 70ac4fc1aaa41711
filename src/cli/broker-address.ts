import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type Config, isLoopback } from '../config.ts';

/** Where boards find the broker, for a person to type into one. */
export interface BrokerAddress {
  readonly host: string;
  /** `undefined`: the service takes a free one when it starts. */
  readonly port: number | undefined;
  /** What keeps a board from reaching it. */
  readonly obstacle: string | undefined;
}

// Bridges and tunnels of containers, virtual machines and VPNs: nothing that a board is on.
const NOT_A_LAN = /^(?:docker|br-|veth|virbr|vmnet|cni|flannel|tailscale|wg|tun|tap|utun|zt)/;

export function brokerAddress(
  { host, mqttPort }: Pick<Config, 'host' | 'mqttPort'>,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): BrokerAddress {
  return {
    host: host === '0.0.0.0' || host === '::' ? (lanAddress(interfaces) ?? hostname()) : host,
    port: mqttPort === 0 ? undefined : mqttPort,
    obstacle: isLoopback(host)
      ? `HOST is ${host}, so only this machine reaches the broker. Start the service with HOST=0.0.0.0 for boards.`
      : undefined,
  };
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
