import type { NetworkInterfaceInfo } from 'node:os';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { brokerAddress } from '../../src/cli/broker-address.ts';

function at(address: string, internal = false): NetworkInterfaceInfo[] {
  return [{ address, internal, family: 'IPv4', netmask: '', mac: '', cidr: null }];
}

const MACHINE = {
  lo: at('127.0.0.1', true),
  docker0: at('172.17.0.1'),
  eth1: at('10.1.2.3'),
  wlan0: at('192.168.1.10'),
};

test('where the service listens on all addresses, boards are told this machine’s own in the home network', () => {
  const all = { host: '0.0.0.0', mqttPort: 1883 };
  expect(brokerAddress(all, MACHINE)).toEqual({ host: '192.168.1.10', port: 1883, obstacle: undefined });
  expect(brokerAddress({ ...all, host: '::' }, { eth1: at('10.1.2.3') }).host).toBe('10.1.2.3');
  expect(brokerAddress(all, { eth0: at('203.0.113.5') }).host).toBe('203.0.113.5');
});

test('without such an address they are told its name', () => {
  const all = { host: '0.0.0.0', mqttPort: 1883 };
  expect(brokerAddress(all, { lo: at('127.0.0.1', true), docker0: at('172.17.0.1') }).host).toBe(hostname());
});

test('a host of the owner’s choice is told as it is', () => {
  expect(brokerAddress({ host: 'weather.example', mqttPort: 0 }, MACHINE)).toEqual({
    host: 'weather.example',
    port: undefined,
    obstacle: undefined,
  });
});

test('that only this machine reaches the broker is said', () => {
  expect(brokerAddress({ host: '127.0.0.1', mqttPort: 1883 }, MACHINE).obstacle).toContain('HOST=0.0.0.0');
});
