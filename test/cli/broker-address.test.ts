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

const PLAIN = { httpPort: 3000, mqttPort: 1883, httpsPort: undefined, mqttsPort: undefined };

test('where the service listens on all addresses, boards are told this machine’s own in the home network', () => {
  const all = { ...PLAIN, host: '0.0.0.0' };
  expect(brokerAddress(all, MACHINE)).toEqual({
    host: '192.168.1.10',
    port: 1883,
    tlsPort: undefined,
    page: 'http://192.168.1.10:3000',
    obstacle: undefined,
  });
  expect(brokerAddress({ ...all, host: '::' }, { eth1: at('10.1.2.3') }).host).toBe('10.1.2.3');
  expect(brokerAddress(all, { eth0: at('203.0.113.5') }).host).toBe('203.0.113.5');
});

test('without such an address they are told its name', () => {
  const all = { ...PLAIN, host: '0.0.0.0' };
  expect(brokerAddress(all, { lo: at('127.0.0.1', true), docker0: at('172.17.0.1') }).host).toBe(hostname());
});

test('a host of the owner’s choice is told as it is', () => {
  expect(brokerAddress({ ...PLAIN, host: 'weather.example', mqttPort: 0, httpPort: 0 }, MACHINE)).toEqual({
    host: 'weather.example',
    port: undefined,
    tlsPort: undefined,
    page: undefined,
    obstacle: undefined,
  });
});

test('that only this machine reaches the broker is said', () => {
  expect(brokerAddress({ ...PLAIN, host: '127.0.0.1' }, MACHINE).obstacle).toContain('HOST=0.0.0.0');
});

test('ports with TLS are told, and the page is the one with TLS where there is one', () => {
  const withTls = { ...PLAIN, host: '::1', mqttsPort: 8883, httpsPort: 3443 };
  expect(brokerAddress(withTls, MACHINE)).toMatchObject({ tlsPort: 8883, page: 'https://[::1]:3443' });
  expect(brokerAddress({ ...withTls, mqttsPort: 0 }, MACHINE).tlsPort).toBe(undefined);
});
